import type { Wish } from "@/video/player/playback";

/** Gives the player that has come what its button had: the focus, and the key that was pressed. */
export function arrive(video: HTMLVideoElement, { isPlaying, key }: Wish): void {
  const player = video.closest<HTMLElement>("[tabindex]");
  if (!player) return;
  // The button is gone; what else has the focus keeps it.
  const isLost = document.activeElement === document.body;
  if (isPlaying && isLost) player.focus({ preventScroll: true });
  if (!key) return;
  // How long the film is, tenths of it are counted by.
  const press = () => video.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  video.addEventListener("loadedmetadata", press, { once: true });
}
