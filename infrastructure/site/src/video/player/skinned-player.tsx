import { Video, VideoPlayer, VideoSkin } from "@videojs/react/video";
import { useEffect, useRef } from "react";
import { attach } from "@/video/player/source";
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
  useEffect(() => {
    if (!video.current) return;
    return attach(video.current, src, startAt);
  }, [src, startAt]);
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
