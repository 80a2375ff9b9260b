import { Trans, useLingui } from "@lingui/react/macro";
import { Failure } from "@/api/failure";
import type { Job } from "@/api/generated/types.gen";
import { Confirm } from "@/ui/confirm";
import { Fact, Facts } from "@/ui/facts";
import { Panel } from "@/ui/panel";
import { Progress } from "@/ui/progress";
import { TimeSpan } from "@/video/time-left";
import { WaitingBefore } from "@/video/waiting-before";
import { Costs } from "./costs";
import { EndNotice } from "./end-notice";
import { useCancel } from "./film-actions";
import type { FilmView } from "./film-view";
import { STAGE_WORDS } from "./film-words";
import { StageStepper } from "./stage-stepper";

interface Props {
  job: Job;
  view: Extract<FilmView, { kind: "making" }>;
}

/** A film on its way. */
export function Making({ job, view }: Props) {
  const { t } = useLingui();
  return (
    <Panel title={t(STAGE_WORDS[job.stage])}>
      <StageStepper steps={view.steps} />
      <Progress value={job.progress} label={t`Progress of the film`} />
      <Facts>
        <Fact name={<Trans>Time left</Trans>}>
          <TimeSpan time={job.timeLeft} />
        </Fact>
        <Fact name={<Trans>Progress</Trans>}>{job.progress} %</Fact>
        {job.waitingBefore ? (
          <Fact name={<Trans>Waits for its turn</Trans>}>
            <WaitingBefore count={job.waitingBefore} />
          </Fact>
        ) : null}
        <Costs job={job} />
      </Facts>
      {job.timeLeft?.slow ? (
        <p>
          <Trans>It takes longer than most films did. It is still at work.</Trans>
        </p>
      ) : null}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-muted">
          <Trans>You can leave. It goes on without you, and this address shows it.</Trans>
        </p>
        <div className="flex flex-wrap gap-2">
          <EndNotice id={job.jobId} />
          {view.canCancel ? <Cancel id={job.jobId} /> : null}
        </div>
      </div>
    </Panel>
  );
}

function Cancel({ id }: { id: string }) {
  const cancel = useCancel(id);
  return (
    <>
      <Confirm
        action={<Trans>Cancel the film</Trans>}
        title={<Trans>Cancel this film?</Trans>}
        description={
          <Trans>
            What has begun is paid for. What is made is kept, and the film can go on later.
          </Trans>
        }
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate({ path: { id } })}
      />
      {cancel.error ? <Failure error={cancel.error} /> : null}
    </>
  );
}
