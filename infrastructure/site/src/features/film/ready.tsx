import { Trans } from "@lingui/react/macro";
import { Download } from "lucide-react";
import type { Job } from "@/api/generated/types.gen";
import { clock } from "@/lib/format";
import { buttonClass } from "@/ui/button";
import { Fact, Facts } from "@/ui/facts";
import { Note } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { AnotherLikeThis } from "@/video/another";
import { ChangeFailed, Changing } from "./changing";
import { Costs } from "./costs";
import { FilmScenes } from "./film-scenes";
import type { FilmView } from "./film-view";
import { Publish } from "./publish";

interface Props {
  job: Job;
  view: Extract<FilmView, { kind: "ready" }>;
  video: HTMLVideoElement | null;
}

/** What can be done with a finished film; one whose scene changes is served as it was meanwhile. */
export function Ready({ job, view: { change }, video }: Props) {
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
        <FilmScenes job={job} video={video} />
        <Recipe job={job} />
      </div>
    </>
  );
}

function Recipe({ job }: { job: Job }) {
  return (
    <Panel title={<Trans>Recipe</Trans>}>
      <Facts>
        <Fact name={<Trans>Length</Trans>}>{clock(job.durationSeconds)}</Fact>
        <Fact name={<Trans>Shape</Trans>}>{job.aspectRatio}</Fact>
        <Fact name={<Trans>Transition</Trans>}>{job.transition}</Fact>
        {job.seed === null || job.seed === undefined ? null : (
          <Fact name={<Trans>Seed</Trans>}>{job.seed}</Fact>
        )}
        {job.change ? null : <Costs job={job} />}
      </Facts>
    </Panel>
  );
}
