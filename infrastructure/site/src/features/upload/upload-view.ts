import type { Upload } from "./upload-store";

/** How much of a file has arrived, 0 to 100. */
export function percentOf({ size, state }: Upload): number {
  if (state.kind !== "sending") return 100;
  return size === 0 ? 0 : Math.min(100, Math.round((100 * state.sent) / size));
}

/** Seconds until all of it has arrived; unknown before anything has. */
export function secondsLeft({ size, state }: Upload): number | null {
  if (state.kind !== "sending" || state.isPaused || state.bytesPerSecond === 0) return null;
  return (size - state.sent) / state.bytesPerSecond;
}
