import { Trans } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  adminDeadLettersQueryKey,
  adminRedriveMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import { Panel } from "@/ui/panel";
import { DryRun } from "./dry-run";

export function RedriveAll() {
  const cache = useQueryClient();
  const redrive = useMutation({
    ...adminRedriveMutation(),
    onSuccess: () => cache.invalidateQueries({ queryKey: adminDeadLettersQueryKey() }),
  });
  return (
    <Panel title={<Trans>Send all of them again</Trans>}>
      <p className="text-muted">
        <Trans>The oldest first, at most a hundred at once.</Trans>
      </p>
      <DryRun
        act={redrive}
        action={<Trans>Send them again</Trans>}
        run={(dryRun) => redrive.mutate({ body: { dryRun } })}
      />
    </Panel>
  );
}
