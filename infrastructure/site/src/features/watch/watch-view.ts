import type { AspectRatio, Quality, Stream, Video } from "@/api/generated/types.gen";
import { pages } from "@/lib/paths";

/** What a person wants to see: what the connection can carry, or a rendition whatever it costs. */
export type Wanted = Quality | "auto";

/**
 * The rendition that is wanted, else the stream that adapts where there is one, else the file.
 * The stream is asked for at this origin, whose cookies a private video needs.
 */
export function sourceOf({ hlsUrl, streamUrl, renditions }: Stream, wanted: Wanted): string {
  const rendition = renditions.find(({ quality }) => quality === wanted);
  if (rendition) return rendition.url;
  return hlsUrl ? hlsUrl.slice(hlsUrl.indexOf("/api/")) : streamUrl;
}

/** Where a video lies is told to its owner alone. */
export function isOwn({ s3Key }: Video): boolean {
  return Boolean(s3Key);
}

/** The film in a job's folder, as it was made or with a scene made anew. */
const FILM = /^([0-9a-f-]{36})\/(?:redo-\d+\/)?final\.mp4$/;

/** The film that a video shows, for its owner. */
export function filmOf({ s3Key }: Video): string | null {
  return s3Key?.match(FILM)?.[1] ?? null;
}

/** The nearest of the shapes that films have. */
export function shapeOf({ width, height }: Pick<Video, "width" | "height">): AspectRatio {
  const ratio = width / height;
  if (ratio > 1.2) return "16:9";
  return ratio < 0.8 ? "9:16" : "1:1";
}

export const HEIGHTS: Record<Quality, string> = { high: "1080p", medium: "720p", low: "480p" };

/** A player of a video for a frame on another site. */
export function frameOf(id: string, origin: string): string {
  return `<iframe src="${origin}${pages.embed(id)}" width="640" height="360" allow="fullscreen"></iframe>`;
}

/** A link to a video, at a time of it where that is not the beginning. */
export function linkTo(path: string, origin: string, seconds: number): string {
  const whole = Math.floor(seconds);
  return whole > 0 ? `${origin}${path}?t=${whole}` : `${origin}${path}`;
}
