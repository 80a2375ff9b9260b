import { useSearchParams } from "react-router";
import type { Video } from "@/api/generated/types.gen";
import type { Chapter } from "@/video/chapters";
import { Player } from "@/video/player/player";
import { shapeOf } from "./watch-view";

interface Props {
  video: Video;
  /** Another one, such as a fresh link or another quality, goes on where the one before was. */
  src: string;
  chapters: Chapter[] | undefined;
  onVideo: (element: HTMLVideoElement | null) => void;
}

/** Plays a video, from the time that its address names. */
export function Film({ video, src, chapters, onVideo }: Props) {
  const [search] = useSearchParams();
  return (
    <Player
      src={src}
      title={video.title}
      poster={video.thumbnailUrl}
      shape={shapeOf(video)}
      startAt={Number(search.get("t")) || 0}
      chapters={chapters}
      onVideo={onVideo}
    />
  );
}
