import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Transition } from "@/api/generated/types.gen";

/** The transitions most films want, in words; the others go by FFmpeg's names. */
export const USUAL: Partial<Record<Transition, MessageDescriptor>> = {
  cut: msg`Cut`,
  fade: msg`Fade`,
  dissolve: msg`Dissolve`,
  fadeblack: msg`Through black`,
  wipeleft: msg`Wipe`,
  slideleft: msg`Slide`,
  circleopen: msg`Opening circle`,
  smoothleft: msg`Smooth wipe`,
};
