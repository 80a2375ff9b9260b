const HLS = "application/vnd.apple.mpegurl";
/** A link that expired is asked for anew; one that fails again at once is broken. */
export const RELOADS_APART_MS = 10_000;

/** Where in a film a player is. */
export interface Place {
  /** Seconds. */
  time: number;
  isPlaying: boolean;
}

/** Where a video is; nothing before it has loaded. */
export function placeIn(video: HTMLVideoElement): Place | null {
  if (video.readyState === 0) return null;
  return { time: video.ended ? 0 : video.currentTime, isPlaying: !video.paused && !video.ended };
}

/** Gives a video its source, and takes it away again by the function it answers with. */
export function attach(video: HTMLVideoElement, src: string, place: Place): () => void {
  return needsEngine(src, video.canPlayType(HLS) !== "")
    ? attachLazily(video, src, place)
    : attachNatively(video, src, place);
}

/**
 * Browsers without HLS of their own need an engine; others for a playlist of scenes, each with
 * a beginning of its own, too: Chromium stops at the second.
 */
export function needsEngine(src: string, hasHls: boolean): boolean {
  return isOfScenes(src) || (isPlaylist(src) && !hasHls);
}

function isPlaylist(src: string): boolean {
  return src.includes(".m3u8");
}

/** The playlist of the scenes that are there, which may grow. */
export function isOfScenes(src: string): boolean {
  return src.includes("/preview.m3u8");
}

function attachNatively(video: HTMLVideoElement, src: string, place: Place): () => void {
  let reloadedAt = Number.NEGATIVE_INFINITY;
  // What a playlist names lies in the bucket; Chromium reads it by CORS alone.
  video.crossOrigin = isPlaylist(src) ? "anonymous" : null;
  const load = ({ time, isPlaying }: Place) => {
    video.src = src;
    video.currentTime = time;
    if (isPlaying) play(video);
  };
  const reload = () => {
    const now = performance.now();
    if (now - reloadedAt < RELOADS_APART_MS) return;
    reloadedAt = now;
    load({ time: video.currentTime, isPlaying: !video.paused });
  };
  load(place);
  video.addEventListener("error", reload);
  return () => {
    video.removeEventListener("error", reload);
    video.removeAttribute("src");
    video.load();
  };
}

/** A browser may refuse what nobody has pressed for: the film waits then. */
export function play(video: HTMLVideoElement): void {
  video.play().catch(() => {});
}

/** The engine is a hundred kilobytes: it is fetched where it is needed. */
function attachLazily(video: HTMLVideoElement, src: string, place: Place): () => void {
  let detach = () => {};
  let isOver = false;
  void import("@/video/player/hls-engine").then(({ attachEngine }) => {
    if (isOver) return;
    // Somebody may have pressed play meanwhile.
    const now = { ...place, isPlaying: place.isPlaying || !video.paused };
    detach = attachEngine(video, src, now) ?? attachNatively(video, src, now);
  });
  return () => {
    isOver = true;
    detach();
  };
}
