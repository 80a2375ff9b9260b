import { Trans } from "@lingui/react/macro";
import type { Job } from "@/api/generated/types.gen";
import { dollars } from "@/lib/format";
import { Fact } from "@/ui/facts";
import { costsOf } from "./film-view";

export function Costs({ job }: { job: Job }) {
  const { paid, isFinal } = costsOf(job);
  return (
    <Fact name={isFinal ? <Trans>Cost</Trans> : <Trans>Cost so far</Trans>}>{dollars(paid)}</Fact>
  );
}
