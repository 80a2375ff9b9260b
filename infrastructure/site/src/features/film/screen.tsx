import { Trans } from "@lingui/react/macro";
import type { Job } from "@/api/generated/types.gen";
import { chaptersOf } from "@/video/chapters";
import type { Playback } from "@/video/player/playback";
import { Player } from "@/video/player/player";
import { useStoryboard } from "./film-queries";
import { footageOf } from "./footage";

interface Props {
  job: Job;
  playback: Playback;
}

/** Plays what there is of a film: its first scenes while it is made, then itself. */
export function Screen({ job, playback }: Props) {
  const footage = footageOf(job);
  const storyboard = useStoryboard(job.jobId, footage?.kind === "film");
  if (!footage) return null;
  return (
    <figure className="grid gap-2">
      <Player
        src={footage.src}
        title={job.prompt}
        poster={job.thumbnailUrl ?? footage.poster}
        shape={job.aspectRatio}
        chapters={storyboard.data && chaptersOf(storyboard.data, job.scenes ?? [])}
        playback={playback}
      />
      {footage.kind === "film" ? null : (
        <figcaption className="text-center text-sm text-muted">
          {footage.kind === "growing" ? (
            <Trans>The scenes that are there, without music. More follow as they are made.</Trans>
          ) : (
            <Trans>The scenes that are there, without music.</Trans>
          )}
        </figcaption>
      )}
    </figure>
  );
}
