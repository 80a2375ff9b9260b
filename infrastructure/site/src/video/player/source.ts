const HLS = "application/vnd.apple.mpegurl";
/** A link that expired is asked for anew; one that fails again at once is broken. */
const RELOADS_APART_MS = 10_000;

/** Gives a video its source, and takes it away again by the function it answers with. */
export function attach(video: HTMLVideoElement, src: string, startAt: number): () => void {
  const needsEngine = src.includes(".m3u8") && video.canPlayType(HLS) === "";
  return needsEngine ? attachEngine(video, src, startAt) : attachNatively(video, src, startAt);
}

function attachNatively(video: HTMLVideoElement, src: string, startAt: number): () => void {
  let reloadedAt = Number.NEGATIVE_INFINITY;
  const load = (from: number) => {
    video.src = src;
    video.currentTime = from;
  };
  const reload = () => {
    const now = performance.now();
    if (now - reloadedAt < RELOADS_APART_MS) return;
    reloadedAt = now;
    const { currentTime, paused } = video;
    load(currentTime);
    if (!paused) void video.play();
  };
  load(startAt);
  video.addEventListener("error", reload);
  return () => {
    video.removeEventListener("error", reload);
    video.removeAttribute("src");
    video.load();
  };
}

/** The engine is a hundred kilobytes: only browsers without HLS of their own get it. */
function attachEngine(video: HTMLVideoElement, src: string, startAt: number): () => void {
  let detach = () => {};
  let isOver = false;
  void import("hls.js/light").then(({ default: Hls }) => {
    if (isOver) return;
    const hls = new Hls({ startPosition: startAt });
    hls.loadSource(src);
    hls.attachMedia(video);
    detach = () => hls.destroy();
  });
  return () => {
    isOver = true;
    detach();
  };
}
