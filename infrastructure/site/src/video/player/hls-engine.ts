import Hls from "hls.js/light";
import { isOfScenes, type Place, placeIn, play, RELOADS_APART_MS } from "@/video/player/source";

const MOST_RELOADS = 12;

/** Plays a playlist by hls.js; `null` where a browser cannot be given media by a script. */
export function attachEngine(
  video: HTMLVideoElement,
  src: string,
  place: Place,
): (() => void) | null {
  if (!Hls.isSupported()) return null;
  const hls = new Hls({ autoStartLoad: !isOfScenes(src), startPosition: place.time });
  const giveUp = reloadWhenBroken(hls, video, src);
  hls.loadSource(src);
  hls.attachMedia(video);
  const stopListening = isOfScenes(src) ? loadWhilePlayed(hls, video, place.time) : () => {};
  if (place.isPlaying) {
    hls.startLoad(place.time);
    play(video);
  }
  return () => {
    stopListening();
    giveUp();
    hls.destroy();
  };
}

/** A playlist that grows is asked for again and again: only while somebody watches. */
function loadWhilePlayed(hls: Hls, video: HTMLVideoElement, from: number): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  video.addEventListener("play", () => hls.startLoad(placeIn(video)?.time ?? from), { signal });
  video.addEventListener("pause", () => hls.stopLoad(), { signal });
  video.addEventListener("waiting", () => stayWithin(hls, video), { signal });
  return () => listening.abort();
}

/**
 * Sound may be some milliseconds longer than its scene. hls.js takes a time beyond the playlist
 * for one that fell out of a live stream, and would go back to the scene's beginning.
 */
function stayWithin(hls: Hls, video: HTMLVideoElement): void {
  const end = hls.latestLevelDetails?.edge ?? Number.POSITIVE_INFINITY;
  if (video.currentTime > end) video.currentTime = end - 0.01;
}

/**
 * Links that expired are replaced by asking for the playlist anew, and what does not answer may
 * answer later. Answers with the function that ends it.
 */
function reloadWhenBroken(hls: Hls, video: HTMLVideoElement, src: string): () => void {
  let reloadedAt = Number.NEGATIVE_INFINITY;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const reload = (isMedia: boolean) => {
    reloadedAt = performance.now();
    if (isMedia) hls.recoverMediaError();
    else hls.loadSource(src);
    if (!video.paused) hls.startLoad(placeIn(video)?.time);
  };
  hls.on(Hls.Events.LEVEL_LOADED, () => {
    tries = 0;
  });
  hls.on(Hls.Events.ERROR, (_, { fatal, type }) => {
    if (!fatal || tries === MOST_RELOADS) return;
    tries += 1;
    clearTimeout(timer);
    const wait = Math.max(0, reloadedAt + RELOADS_APART_MS - performance.now());
    timer = setTimeout(() => reload(type === Hls.ErrorTypes.MEDIA_ERROR), wait);
  });
  return () => clearTimeout(timer);
}
