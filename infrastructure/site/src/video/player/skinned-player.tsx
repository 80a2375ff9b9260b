import { Video, VideoPlayer, VideoSkin } from "@videojs/react/video";
import { memo, useEffect, useRef, useState } from "react";
import { arrive } from "@/video/player/arrive";
import type { Wish } from "@/video/player/playback";
import { attach, type Place, placeIn } from "@/video/player/source";
import { TextTrack } from "@/video/player/text-track";
import "@videojs/react/video/skin.css";

export interface PlayerProps {
  /** A film's file, or the playlist of its renditions. */
  src: string;
  title: string;
  poster: string | null | undefined;
  /** How it begins. */
  wish: Wish;
  /** Titles and pictures of its scenes, in WebVTT. */
  titles: string;
  pictures: string;
  onVideo: (video: HTMLVideoElement | null) => void;
}

/** Much to draw, on pages that are drawn anew with every answer: only what concerns it draws it. */
export const SkinnedPlayer = memo(function SkinnedPlayer(props: PlayerProps) {
  const { src, title, poster, titles, pictures, onVideo } = props;
  const video = useRef<HTMLVideoElement>(null);
  const [wish] = useState(props.wish);
  const place = useRef<Place>(wish);
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
  useEffect(() => {
    if (video.current) arrive(video.current, wish);
  }, [wish]);
  return (
    <VideoPlayer poster={poster ?? ""} title={title}>
      <VideoSkin className="size-full">
        <Video
          ref={(element) => {
            video.current = element;
            onVideo(element);
          }}
          aria-label={title}
          playsInline
          preload="metadata"
        >
          <TextTrack kind="chapters" text={titles} />
          {/* The label is the player's name for it. */}
          <TextTrack kind="metadata" label="thumbnails" text={pictures} />
        </Video>
      </VideoSkin>
    </VideoPlayer>
  );
});
