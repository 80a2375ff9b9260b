import { Trans } from "@lingui/react/macro";
import { Download } from "lucide-react";
import type { Job } from "@/api/generated/types.gen";
import { buttonClass } from "@/ui/button";
import { Note } from "@/ui/notice";
import { AnotherLikeThis } from "@/video/another";
import type { Playback } from "@/video/player/playback";
import { Recipe } from "@/video/recipe";
import { ChangeFailed, Changing } from "./changing";
import { Costs } from "./costs";
import { FilmScenes } from "./film-scenes";
import type { FilmView } from "./film-view";
import { Publish } from "./publish";

interface Props {
  job: Job;
  view: Extract<FilmView, { kind: "ready" }>;
  playback: Playback;
}

/** What can be done with a finished film; one whose scene changes is served as it was meanwhile. */
export function Ready({ job, view: { change }, playback }: Props) {
  return (
    <>
      {change ? <Changing job={job} change={change} /> : <ChangeFailed job={job} />}
      {job.degraded ? <Note>{job.degraded}</Note> : null}
      <div className="flex flex-wrap gap-2">
        <Publish job={job} />
        <a href={`/api/v1/jobs/${job.jobId}/video?download=1`} download className={buttonClass()}>
          <Download aria-hidden className="size-5" />
          <Trans>Download</Trans>
        </a>
        <AnotherLikeThis film={job} />
      </div>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <FilmScenes job={job} playback={playback} />
        <Recipe film={job}>{change ? null : <Costs job={job} />}</Recipe>
      </div>
    </>
  );
}
