import { Trans, useLingui } from "@lingui/react/macro";
import { Failure } from "@/api/failure";
import type { Job } from "@/api/generated/types.gen";
import { Confirm } from "@/ui/confirm";
import { Fact, Facts } from "@/ui/facts";
import { Alert } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Progress } from "@/ui/progress";
import { TimeSpan } from "@/video/time-left";
import { Costs } from "./costs";
import { useCancel } from "./film-actions";
import type { Change } from "./film-view";

/** A part is made anew, or another take put into the film; the film that is there plays. */
export function Changing({ job, change }: { job: Job; change: Change }) {
  const { t } = useLingui();
  return (
    <Panel title={<Title change={change} />}>
      <p className="text-muted">
        <Trans>
          You see the film as it was; it stays if this does not work out. You can leave meanwhile.
        </Trans>
      </p>
      <Progress value={job.progress} label={t`Progress of the change`} />
      <Facts>
        <Fact name={<Trans>Time left</Trans>}>
          <TimeSpan time={job.timeLeft} />
        </Fact>
        <Costs job={job} />
      </Facts>
      {change.usesPlace ? (
        <p>
          <Trans>It uses one film of your month when it is done.</Trans>
        </p>
      ) : null}
      {change.canCancel ? <StopChange id={job.jobId} /> : null}
    </Panel>
  );
}

function Title({ change: { scene, take, isMade } }: { change: Change }) {
  if (scene === null) return <MusicTitle take={take} isMade={isMade} />;
  if (isMade)
    return (
      <Trans>
        The film is put together with take {take} of scene {scene}
      </Trans>
    );
  return <Trans>Scene {scene} is being made anew</Trans>;
}

function MusicTitle({ take, isMade }: { take: number; isMade: boolean }) {
  if (isMade) return <Trans>The film is put together with take {take} of the music</Trans>;
  return <Trans>The music is being made anew</Trans>;
}

function StopChange({ id }: { id: string }) {
  const cancel = useCancel(id);
  return (
    <div className="grid justify-items-start gap-3">
      <Confirm
        action={<Trans>Stop the change</Trans>}
        title={<Trans>Stop this change?</Trans>}
        description={<Trans>The film stays as it was. What has begun is paid for.</Trans>}
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate({ path: { id } })}
      />
      {cancel.error ? <Failure error={cancel.error} /> : null}
    </div>
  );
}

/** Why the last change of a film came to nothing. */
export function ChangeFailed({ job: { error } }: { job: Job }) {
  if (!error) return null;
  return (
    <Alert title={<Trans>The last change did not work out. The film is as it was.</Trans>}>
      <p>{error.message}</p>
      <p className="text-sm text-muted">{error.code}</p>
    </Alert>
  );
}
