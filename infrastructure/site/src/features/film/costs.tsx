import { Trans } from "@lingui/react/macro";
import type { Job } from "@/api/generated/types.gen";
import { dollars } from "@/lib/format";
import { Fact } from "@/ui/facts";
import { costsOf, hasEnded } from "./film-view";

/** What was paid, and while it is made what is expected. */
export function Costs({ job }: { job: Job }) {
  const { paid, expected } = costsOf(job);
  if (hasEnded(job)) return <Fact name={<Trans>Cost</Trans>}>{dollars(paid)}</Fact>;
  return (
    <>
      <Fact name={<Trans>Cost so far</Trans>}>{dollars(paid)}</Fact>
      <Fact name={<Trans>With what is at work</Trans>}>{dollars(expected)}</Fact>
    </>
  );
}
