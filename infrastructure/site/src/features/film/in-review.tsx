import { Trans } from "@lingui/react/macro";
import { Link } from "react-router";
import type { Job } from "@/api/generated/types.gen";
import { dateTime } from "@/lib/format";
import { paths } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { Panel } from "@/ui/panel";

/** The storyboard is written, and nothing is paid until it is approved. */
export function InReview({ job }: { job: Job }) {
  const until = job.reviewUntil ? dateTime(job.reviewUntil) : null;
  return (
    <Panel title={<Trans>The storyboard waits for you</Trans>}>
      <p>
        <Trans>
          Read it, change what you like, and approve it with its price. Nothing is paid before.
        </Trans>
      </p>
      {until ? (
        <p className="text-muted">
          <Trans>
            It waits until {until}; after that the film ends and its place in the month comes back.
          </Trans>
        </p>
      ) : null}
      <div>
        <Link to={paths.storyboard(job.jobId)} className={buttonClass("primary")}>
          <Trans>Review the storyboard</Trans>
        </Link>
      </div>
    </Panel>
  );
}
