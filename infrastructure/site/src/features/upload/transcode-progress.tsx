import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { transcodesGetOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Transcode } from "@/api/generated/types.gen";
import { Loaded } from "@/api/loaded";
import { useLive } from "@/live/live";
import { pollInterval } from "@/live/poll-interval";
import { Chip } from "@/ui/chip";
import { Progress } from "@/ui/progress";
import { Skeleton } from "@/ui/skeleton";
import { TRANSCODE_STATUS } from "@/video/status-words";
import { TimeSpan } from "@/video/time-left";
import { WaitingBefore } from "@/video/waiting-before";

const ENDED = ["COMPLETED", "FAILED", "CANCELLED"];

/** How the renditions of a video come into being. */
export function TranscodeProgress({ id }: { id: string }) {
  const isLive = useLive();
  const transcode = useQuery({
    ...transcodesGetOptions({ path: { id } }),
    refetchInterval: ({ state: { data } }) =>
      data && ENDED.includes(data.job.status)
        ? false
        : pollInterval(data?.job.createdAt ?? "", Date.now(), isLive),
  });
  return (
    <Loaded answer={transcode} loading={<Skeleton className="h-12" />}>
      {({ job }) => <TranscodeLine job={job} />}
    </Loaded>
  );
}

export function TranscodeLine({ job }: { job: Transcode }) {
  const { t } = useLingui();
  const { word, tone } = TRANSCODE_STATUS[job.status];
  const isOpen = !ENDED.includes(job.status);
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
        <Chip tone={tone}>{t(word)}</Chip>
        {job.waitingBefore ? <WaitingBefore count={job.waitingBefore} /> : null}
        {isOpen ? (
          <span>
            <Trans>Time left:</Trans> <TimeSpan time={job.timeLeft} />
          </span>
        ) : null}
      </div>
      {isOpen ? <Progress value={job.progress} label={t`Progress of the transcode`} /> : null}
      {job.errorText ? <p className="text-bad">{job.errorText}</p> : null}
      {job.warnings?.map(({ code, text }) => (
        <p key={code} className="text-sm text-muted">
          {text}
        </p>
      ))}
    </div>
  );
}
