import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Status, TranscodeStatus } from "@/api/generated/types.gen";
import type { Tone } from "@/ui/chip";

export interface StatusWord {
  word: MessageDescriptor;
  tone: Tone;
}

export const FILM_STATUS: Record<Status, StatusWord> = {
  pending: { word: msg`Waiting`, tone: "neutral" },
  processing: { word: msg`In the making`, tone: "busy" },
  awaiting_review: { word: msg`Waits for your review`, tone: "busy" },
  cancelling: { word: msg`Being cancelled`, tone: "neutral" },
  cancelled: { word: msg`Cancelled`, tone: "neutral" },
  completed: { word: msg`Ready`, tone: "good" },
  failed: { word: msg`Failed`, tone: "bad" },
};

export const TRANSCODE_STATUS: Record<TranscodeStatus, StatusWord> = {
  PENDING: { word: msg`Waiting`, tone: "neutral" },
  DOWNLOADING: { word: msg`Being read`, tone: "busy" },
  PROCESSING: { word: msg`Being transcoded`, tone: "busy" },
  COMPLETED: { word: msg`Ready`, tone: "good" },
  FAILED: { word: msg`Failed`, tone: "bad" },
  CANCELLED: { word: msg`Cancelled`, tone: "neutral" },
};
