import { Plural } from "@lingui/react/macro";
import type { Video } from "@/api/generated/types.gen";
import { clock, day } from "@/lib/format";

/** Length, views and day of a video, as one line. */
export function VideoFacts({ video }: { video: Video }) {
  return (
    <>
      {video.duration ? <span>{clock(video.duration)}</span> : null}
      <span>
        <Plural value={video.views} one="# view" other="# views" />
      </span>
      <span>{day(video.createdAt)}</span>
    </>
  );
}
