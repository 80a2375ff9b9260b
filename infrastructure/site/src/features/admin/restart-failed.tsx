import { Trans } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  adminJobsQueryKey,
  adminRestartFailedMutation,
  adminStatsQueryKey,
} from "@/api/generated/@tanstack/react-query.gen";
import { Panel } from "@/ui/panel";
import { DryRun } from "./dry-run";

export function RestartFailed() {
  const cache = useQueryClient();
  const restart = useMutation({
    ...adminRestartFailedMutation(),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: adminJobsQueryKey() });
      void cache.invalidateQueries({ queryKey: adminStatsQueryKey() });
    },
  });
  return (
    <Panel title={<Trans>Try failed ones again</Trans>}>
      <p className="text-muted">
        <Trans>At most a hundred at once.</Trans>
      </p>
      <DryRun
        act={restart}
        action={<Trans>Restart them</Trans>}
        run={(dryRun) => restart.mutate({ body: { dryRun } })}
      />
    </Panel>
  );
}
