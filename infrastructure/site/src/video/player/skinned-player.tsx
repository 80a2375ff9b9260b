import { Video, VideoPlayer, VideoSkin } from "@videojs/react/video";
import { useEffect, useRef } from "react";
import { attach, type Place, placeIn } from "@/video/player/source";
import "@videojs/react/video/skin.css";

export interface PlayerProps {
  /** A film's file, or the playlist of its renditions. */
  src: string;
  title: string;
  poster?: string | null;
  /** Seconds. */
  startAt?: number;
  onVideo?: (video: HTMLVideoElement | null) => void;
}

export function SkinnedPlayer({ src, title, poster, startAt = 0, onVideo }: PlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const place = useRef<Place>({ time: startAt, isPlaying: false });
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const detach = attach(element, src, place.current);
    return () => {
      // Another source goes on where this one was.
      place.current = placeIn(element) ?? place.current;
      detach();
    };
  }, [src]);
  return (
    <VideoPlayer poster={poster ?? ""} title={title}>
      <VideoSkin className="size-full">
        <Video
          ref={(element) => {
            video.current = element;
            onVideo?.(element);
          }}
          aria-label={title}
          playsInline
          preload="metadata"
        />
      </VideoSkin>
    </VideoPlayer>
  );
}
