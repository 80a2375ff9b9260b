import { Plural, Trans } from "@lingui/react/macro";
import { isStatus } from "@/api/api-error";
import { Failure } from "@/api/failure";
import type { Job, Storyboard } from "@/api/generated/types.gen";
import { dollars } from "@/lib/format";
import { Button } from "@/ui/button";
import { Facts } from "@/ui/facts";
import { Alert } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Costs } from "./costs";
import { useResume } from "./film-actions";
import { useStoryboard } from "./film-queries";
import { type FilmView, priceToGoOn } from "./film-view";

type View = Extract<FilmView, { kind: "stopped" }>;

interface Props {
  job: Job;
  view: View;
}

/** A film that ended without being finished: why, what is kept, and how it goes on. */
export function Stopped({ job, view }: Props) {
  return (
    <>
      {job.error ? (
        <Alert title={job.error.message}>
          <p className="text-sm text-muted">{job.error.code}</p>
        </Alert>
      ) : null}
      <Panel
        title={
          view.why === "failed" ? (
            <Trans>It did not work out</Trans>
          ) : (
            <Trans>You cancelled this film</Trans>
          )
        }
      >
        <Kept job={job} view={view} />
        <Facts>
          <Costs job={job} />
        </Facts>
        <GoOn job={job} view={view} />
      </Panel>
    </>
  );
}

function Kept({ job, view: { kept, hasMusic } }: Props) {
  const total = job.sceneCount;
  return (
    <p>
      {kept.length === 0 && !hasMusic ? (
        <Trans>Nothing of it was made yet.</Trans>
      ) : (
        <Plural
          value={kept.length}
          one={`Kept: # of ${total} scenes`}
          other={`Kept: # of ${total} scenes`}
        />
      )}
      {hasMusic ? (
        <>
          {" "}
          <Trans>and the music.</Trans>
        </>
      ) : null}
    </p>
  );
}

/** What is kept is not paid for again. */
function GoOn({ job, view }: Props) {
  const resume = useResume(job.jobId);
  const storyboard = useStoryboard(job.jobId);
  const isUnplanned = isStatus(storyboard.error, 409);
  return (
    <div className="grid justify-items-start gap-3">
      <Button
        look="primary"
        busy={resume.isPending || (storyboard.isPending && !isUnplanned)}
        onClick={() => resume.mutate({ path: { id: job.jobId } })}
      >
        <Trans>Go on from here</Trans> <Price storyboard={storyboard.data} view={view} />
      </Button>
      {resume.error ? <Failure error={resume.error} /> : null}
    </div>
  );
}

function Price({ storyboard, view }: { storyboard: Storyboard | undefined; view: View }) {
  if (!storyboard) return null;
  const price = dollars(priceToGoOn(storyboard, view));
  return <Trans>(about {price})</Trans>;
}
