import { ApiError } from "@/api/api-error";

type Sink = (error: unknown) => void;
let sink: Sink | null = null;

/** Where unexpected errors go; without a sink nowhere. */
export function reportErrorsTo(next: Sink): void {
  sink = next;
}

/** One seam for router, Query and window. What a person can cause is no error of ours. */
export function reportError(error: unknown): void {
  const expected = error instanceof ApiError && error.status < 500;
  if (!expected) sink?.(error);
}
