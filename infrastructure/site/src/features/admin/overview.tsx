import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { adminStatsOptions } from "@/api/generated/@tanstack/react-query.gen";
import { Loaded } from "@/api/loaded";
import { bytes, count, duration } from "@/lib/format";
import { Fact, Facts } from "@/ui/facts";
import { Panel } from "@/ui/panel";
import { Skeleton } from "@/ui/skeleton";
import { Cleanup } from "./cleanup";
import { RestartFailed } from "./restart-failed";

/** All transcodes in numbers, and what can be done about them. */
export function Overview() {
  const stats = useQuery(adminStatsOptions());
  return (
    <>
      <Panel title={<Trans>Transcodes in numbers</Trans>}>
        <Loaded answer={stats} loading={<Skeleton className="h-24" />}>
          {(found) => (
            <Facts>
              <Fact name={<Trans>All</Trans>}>{count(found.totalJobs)}</Fact>
              <Fact name={<Trans>Waiting</Trans>}>{count(found.pending)}</Fact>
              <Fact name={<Trans>At work</Trans>}>{count(found.processing)}</Fact>
              <Fact name={<Trans>Completed</Trans>}>{count(found.completed)}</Fact>
              <Fact name={<Trans>Failed</Trans>}>{count(found.failed)}</Fact>
              <Fact name={<Trans>Cancelled</Trans>}>{count(found.cancelled)}</Fact>
              <Fact name={<Trans>Mean time</Trans>}>{duration(found.avgProcessingTime)}</Fact>
              <Fact name={<Trans>Stored</Trans>}>{bytes(found.totalStorageBytes)}</Fact>
            </Facts>
          )}
        </Loaded>
      </Panel>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <RestartFailed />
        <Cleanup />
      </div>
    </>
  );
}
