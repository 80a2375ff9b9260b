import { useState } from "react";
import { type Place, play } from "@/video/player/source";

/** What somebody wants of a player that is not there yet. */
export interface Wish extends Place {
  /** The key that was pressed for it, which the player is to have. */
  key?: string | undefined;
}

/** What a page and its player tell one another. */
export interface Playback {
  /** `null` until somebody has wanted to see the film. */
  video: HTMLVideoElement | null;
  setVideo: (video: HTMLVideoElement | null) => void;
  wish: Wish | null;
  /** Plays from a time of the film, in seconds, whether the player is there or not. */
  playFrom: (time: number, key?: string) => void;
}

/** A film that waits to be played; one that is to show a time of it does so at once. */
export function usePlayback(startAt = 0): Playback {
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const [wish, setWish] = useState<Wish | null>(
    startAt > 0 ? { time: startAt, isPlaying: false } : null,
  );
  const playFrom = (time: number, key?: string) => {
    if (!video) return setWish({ time, isPlaying: true, key });
    video.currentTime = time;
    play(video);
  };
  return { video, setVideo, wish, playFrom };
}
