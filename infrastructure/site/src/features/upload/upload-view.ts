import type { Upload } from "./upload-store";

/** The upload of the same file, if there is one: it is not sent twice. */
export function uploadLike(
  uploads: readonly Upload[],
  { name, size }: Pick<File, "name" | "size">,
): Upload | undefined {
  return uploads.find((upload) => upload.name === name && upload.size === size);
}

/** How much of a file has arrived, 0 to 100. */
export function percentOf({ size, state }: Upload): number {
  if (state.kind !== "sending") return 100;
  return size === 0 ? 0 : Math.min(100, Math.round((100 * state.sent) / size));
}

/** Bytes a second, while any arrive. */
export function speedOf({ state }: Upload): number | null {
  const isMoving = state.kind === "sending" && !state.isPaused && state.bytesPerSecond > 0;
  return isMoving ? state.bytesPerSecond : null;
}

/** Seconds until all of it has arrived; unknown before anything has. */
export function secondsLeft(upload: Upload): number | null {
  const speed = speedOf(upload);
  if (upload.state.kind !== "sending" || speed === null) return null;
  return (upload.size - upload.state.sent) / speed;
}
