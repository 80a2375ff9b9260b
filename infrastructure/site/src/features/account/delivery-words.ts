import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { AttemptFailure, DeliveryStatus } from "@/api/generated/types.gen";
import type { Tone } from "@/ui/chip";

export const DELIVERY: Record<DeliveryStatus, { word: MessageDescriptor; tone: Tone }> = {
  pending: { word: msg`On its way`, tone: "busy" },
  held: { word: msg`Held until the webhook is on`, tone: "neutral" },
  delivered: { word: msg`Taken`, tone: "good" },
  failed: { word: msg`Given up`, tone: "bad" },
};

export const FAILURE: Record<AttemptFailure, MessageDescriptor> = {
  ADDRESS_REFUSED: msg`its address is none that may be called`,
  NOT_REACHED: msg`it could not be reached`,
  TIMED_OUT: msg`it took too long`,
  REDIRECTED: msg`it leads elsewhere`,
  REFUSED: msg`it refused`,
};
