import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Shown } from "./films-view";

interface ShownWords {
  name: MessageDescriptor;
  /** Where there are none. */
  none: MessageDescriptor;
}

export const SHOWN_WORDS: Record<Shown, ShownWords> = {
  making: { name: msg`In the making`, none: msg`No films are in the making.` },
  review: { name: msg`Waiting for your review`, none: msg`No films wait for your review.` },
  ready: { name: msg`Ready`, none: msg`No films are ready yet.` },
  stopped: { name: msg`Failed or cancelled`, none: msg`No films failed or were cancelled.` },
};
