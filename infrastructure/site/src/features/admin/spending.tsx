import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { Failure } from "@/api/failure";
import {
  adminSpendingOptions,
  adminSpendingQueryKey,
  adminSpendingSetMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import type { Spending as Day, SetSpending } from "@/api/generated/types.gen";
import { zSetSpending } from "@/api/generated/zod.gen";
import { Loaded } from "@/api/loaded";
import { NumberField } from "@/forms/inputs";
import { limits } from "@/forms/limits";
import { rulesOf } from "@/forms/resolver";
import { dollars, duration } from "@/lib/format";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Fact, Facts } from "@/ui/facts";
import { Alert } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Skeleton } from "@/ui/skeleton";

const NANO = 1e9;

/** What the day has cost, its limit, and the switch that stops all buying. */
export function Spending() {
  const spending = useQuery({ ...adminSpendingOptions(), refetchInterval: 15_000 });
  return (
    <Loaded answer={spending} loading={<Skeleton className="h-64" />}>
      {(day) => (
        <>
          {day.stopped ? (
            <Alert
              title={<Trans>All buying is stopped: no film is begun, and none goes on.</Trans>}
            />
          ) : null}
          <Figures day={day} />
          <div className="grid items-start gap-6 lg:grid-cols-2">
            <LimitForm key={day.dailyLimitUsd} day={day} />
            <Switch day={day} />
          </div>
        </>
      )}
    </Loaded>
  );
}

function Figures({ day }: { day: Day }) {
  const resets = duration(day.resetsIn);
  return (
    <Panel title={<Trans>Today</Trans>}>
      <Facts>
        <Fact name={<Trans>Spent</Trans>}>{dollars(day.spentUsd * NANO)}</Fact>
        <Fact name={<Trans>Reserved</Trans>}>{dollars(day.reservedUsd * NANO)}</Fact>
        <Fact name={<Trans>Left</Trans>}>{dollars(day.remainingUsd * NANO)}</Fact>
        <Fact name={<Trans>A new day in</Trans>}>{resets}</Fact>
      </Facts>
    </Panel>
  );
}

function useSetSpending() {
  const cache = useQueryClient();
  return useMutation({
    ...adminSpendingSetMutation(),
    onSuccess: (day) => cache.setQueryData(adminSpendingQueryKey(), day),
  });
}

function LimitForm({ day }: { day: Day }) {
  const { t } = useLingui();
  const set = useSetSpending();
  const form = useForm<SetSpending>({
    defaultValues: { dailyLimitUsd: day.dailyLimitUsd },
    resolver: rulesOf(zSetSpending),
  });
  return (
    <Panel title={<Trans>Limit of a day</Trans>}>
      <form
        onSubmit={form.handleSubmit((body) => set.mutate({ body }))}
        noValidate
        className="grid gap-4"
      >
        <NumberField
          form={form}
          name="dailyLimitUsd"
          step="any"
          limits={limits(zSetSpending.shape.dailyLimitUsd)}
          label={t`US dollars`}
        />
        {set.error ? <Failure error={set.error} /> : null}
        <Button type="submit" busy={set.isPending}>
          <Trans>Set the limit</Trans>
        </Button>
      </form>
    </Panel>
  );
}

function Switch({ day }: { day: Day }) {
  const set = useSetSpending();
  const change = (stopped: boolean) => set.mutate({ body: { stopped } });
  return (
    <Panel title={<Trans>The switch</Trans>}>
      <p className="text-muted">
        <Trans>Stops all buying within a minute. What runs already is paid for.</Trans>
      </p>
      <div>
        {day.stopped ? (
          <Button look="primary" busy={set.isPending} onClick={() => change(false)}>
            <Trans>Allow buying again</Trans>
          </Button>
        ) : (
          <Confirm
            action={<Trans>Stop all buying</Trans>}
            title={<Trans>Stop all buying?</Trans>}
            description={<Trans>Nobody can make a film until it is allowed again.</Trans>}
            busy={set.isPending}
            onConfirm={() => change(true)}
          />
        )}
      </div>
      {set.error ? <Failure error={set.error} /> : null}
    </Panel>
  );
}
