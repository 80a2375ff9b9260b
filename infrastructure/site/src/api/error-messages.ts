import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { ApiError } from "@/api/api-error";

/** What a refusal means for the person; codes that are not here are told in the API's words. */
const WORDS: Partial<Record<ApiError["code"], MessageDescriptor>> = {
  OFFLINE: msg`There was no answer. Check your connection and try again.`,
  UNAUTHORIZED: msg`You are not signed in, or your session is over.`,
  FORBIDDEN: msg`You may not see or change this.`,
  NOT_FOUND: msg`This does not exist, or it is not yours to see.`,
  CONFLICT: msg`Somebody was faster: it has changed meanwhile. Look again.`,
  VIDEO_NOT_READY: msg`It is not finished yet.`,
  IDEMPOTENCY_IN_FLIGHT: msg`The same request is still being answered. Try again in a moment.`,
  STORAGE_FULL: msg`Your space is full. Delete videos to make room.`,
  TOO_MANY_WEBHOOKS: msg`You have as many webhooks as may be. Remove one first.`,
  UNSUPPORTED_MEDIA: msg`This file is no video that we can read.`,
  CORRUPT_MEDIA: msg`This file is damaged.`,
  MEDIA_TOO_LARGE: msg`This video is too large.`,
  SIZE_MISMATCH: msg`The file that arrived has another size than announced.`,
  RATE_LIMIT_EXCEEDED: msg`Too many requests in a minute.`,
  QUOTA_EXCEEDED: msg`You have used all films of this month.`,
  SPENDING_LIMIT: msg`Today's budget of this installation is used up. Try again tomorrow.`,
  TOO_MANY_FILMS: msg`You have as many films in the making as may be at once. Wait for one to end.`,
  TOO_MANY_FAILURES: msg`Too many of your films failed this month after money was spent.`,
  TOO_MANY_TRANSCODES: msg`You have as many transcodes at work as may be at once.`,
  TOO_MANY_UPLOADS: msg`You have as many uploads open as may be at once.`,
  INTERNAL_ERROR: msg`Something went wrong on our side.`,
  SERVICE_UNAVAILABLE: msg`The service cannot answer right now. Try again in a moment.`,
  SPENDING_STOPPED: msg`An administrator has stopped the making of films for now.`,
};

export function errorMessage(error: unknown): MessageDescriptor {
  if (!(error instanceof ApiError)) return msg`Something went wrong.`;
  return WORDS[error.code] ?? { id: error.message, message: error.message };
}
