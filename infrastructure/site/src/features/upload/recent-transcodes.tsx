import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { transcodesListOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Transcode } from "@/api/generated/types.gen";
import { Loaded } from "@/api/loaded";
import { dateTime } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useLive } from "@/live/live";
import { Panel } from "@/ui/panel";
import { Skeleton } from "@/ui/skeleton";
import { TranscodeLine } from "./transcode-progress";

/** The last transcodes, those of earlier visits too. */
export function RecentTranscodes() {
  const isLive = useLive();
  const transcodes = useQuery({
    ...transcodesListOptions({ query: { limit: 5 } }),
    refetchInterval: isLive ? 60_000 : 15_000,
  });
  return (
    <Panel title={<Trans>Last transcodes</Trans>}>
      <Loaded answer={transcodes} loading={<Skeleton className="h-24" />}>
        {({ jobs }) => <TranscodeRows jobs={jobs} />}
      </Loaded>
    </Panel>
  );
}

function TranscodeRows({ jobs }: { jobs: Transcode[] }) {
  if (jobs.length === 0) {
    return (
      <p className="text-muted">
        <Trans>None yet. Every upload gets its renditions here.</Trans>
      </p>
    );
  }
  return (
    <ul className="grid gap-4">
      {jobs.map((job) => (
        <li key={job.id} className="grid gap-1">
          <TranscodeName job={job} />
          <TranscodeLine job={job} />
        </li>
      ))}
    </ul>
  );
}

function TranscodeName({ job }: { job: Transcode }) {
  const when = dateTime(job.createdAt);
  if (!job.videoId) return <span>{when}</span>;
  return (
    <Link to={paths.watch(job.videoId)} className="underline">
      <Trans>Video of {when}</Trans>
    </Link>
  );
}
