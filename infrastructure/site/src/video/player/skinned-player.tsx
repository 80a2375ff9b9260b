import { Video, VideoPlayer, VideoSkin } from "@videojs/react/video";
import { useEffect, useRef } from "react";
import type { Chapter } from "@/video/chapters";
import { Scrubber } from "@/video/player/scrubber";
import { attach, type Place, placeIn } from "@/video/player/source";
import "@videojs/react/video/skin.css";

export interface PlayerProps {
  /** A film's file, or the playlist of its renditions. */
  src: string;
  title: string;
  poster?: string | null;
  /** Seconds. */
  startAt?: number;
  /** Its scenes, where they are known. */
  chapters?: Chapter[];
  onVideo?: (video: HTMLVideoElement | null) => void;
}

export function SkinnedPlayer(props: PlayerProps) {
  const { src, title, poster, startAt = 0, chapters = [], onVideo } = props;
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
        >
          {chapters.length > 0 ? <Scrubber chapters={chapters} /> : null}
        </Video>
      </VideoSkin>
    </VideoPlayer>
  );
}
