import type { Video } from "@/api/generated/types.gen";
import type { Chapter } from "@/video/chapters";
import type { Playback } from "@/video/player/playback";
import { Player } from "@/video/player/player";
import { shapeOf } from "./watch-view";

interface Props {
  video: Video;
  /** Another one, such as a fresh link or another quality, goes on where the one before was. */
  src: string;
  chapters: Chapter[] | undefined;
  playback: Playback;
}

/** Plays a video. */
export function Film({ video, src, chapters, playback }: Props) {
  return (
    <Player
      src={src}
      title={video.title}
      poster={video.thumbnailUrl}
      shape={shapeOf(video)}
      chapters={chapters}
      playback={playback}
    />
  );
}
