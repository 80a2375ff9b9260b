import { useSearchParams } from "react-router";
import type { Stream, Video } from "@/api/generated/types.gen";
import { Player } from "@/video/player/player";
import type { Origin } from "./watch-queries";
import { shapeOf, sourceOf, type Wanted } from "./watch-view";

interface Props {
  video: Video;
  stream: Stream;
  wanted: Wanted;
  origin: Origin | null;
  onVideo: (element: HTMLVideoElement | null) => void;
}

/** Another source, such as a fresh link or another quality, goes on where the one before was. */
export function Film({ video, stream, wanted, origin, onVideo }: Props) {
  const [search] = useSearchParams();
  return (
    <Player
      src={sourceOf(stream, wanted)}
      title={video.title}
      poster={video.thumbnailUrl}
      shape={shapeOf(video)}
      startAt={Number(search.get("t")) || 0}
      chapters={origin?.chapters}
      onVideo={onVideo}
    />
  );
}
