import { Trans } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import {
  adminCleanupOldMutation,
  adminJobsQueryKey,
  adminStatsQueryKey,
} from "@/api/generated/@tanstack/react-query.gen";
import { inputClass } from "@/ui/input";
import { Panel } from "@/ui/panel";
import { DryRun } from "./dry-run";

/** The API's own default. */
const DAYS = 90;

export function Cleanup() {
  const id = useId();
  const cache = useQueryClient();
  const [days, setDays] = useState(DAYS);
  const cleanup = useMutation({
    ...adminCleanupOldMutation(),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: adminJobsQueryKey() });
      void cache.invalidateQueries({ queryKey: adminStatsQueryKey() });
    },
  });
  const change = (value: number) => {
    setDays(value);
    // What was tried dry was for other days.
    cleanup.reset();
  };
  return (
    <Panel title={<Trans>Remove old ones</Trans>}>
      <label htmlFor={id} className="grid gap-1.5 font-medium">
        <Trans>Ended more than so many days ago</Trans>
        <input
          id={id}
          type="number"
          min={1}
          value={days}
          onChange={(event) => change(event.target.valueAsNumber || DAYS)}
          className={inputClass("max-w-32 font-normal")}
        />
      </label>
      <DryRun
        act={cleanup}
        action={<Trans>Remove them with their files</Trans>}
        run={(dryRun) => cleanup.mutate({ query: { days, dryRun } })}
      />
    </Panel>
  );
}
