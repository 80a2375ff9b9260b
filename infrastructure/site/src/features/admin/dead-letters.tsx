import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Failure } from "@/api/failure";
import {
  adminDeadLettersInfiniteOptions,
  adminDeadLettersQueryKey,
  adminDiscardMutation,
  adminRedriveMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import type { DeadLetter } from "@/api/generated/types.gen";
import { Loaded } from "@/api/loaded";
import { MoreButton } from "@/api/more-button";
import { byCursor, rowsOf } from "@/api/pages";
import { dateTime } from "@/lib/format";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Empty } from "@/ui/empty";
import { Skeleton } from "@/ui/skeleton";
import { RedriveAll } from "./redrive-all";

/** Messages that failed three times, with their cause. */
export function DeadLetters() {
  const letters = useInfiniteQuery({
    ...adminDeadLettersInfiniteOptions({ query: { limit: 25 } }),
    ...byCursor,
  });
  return (
    <Loaded answer={letters} loading={<Skeleton className="h-64" />}>
      {(data) => {
        const rows = rowsOf(data, (page) => page.deadLetters);
        if (rows.length === 0) return <Empty title={<Trans>Nothing was given up.</Trans>} />;
        return (
          <>
            <RedriveAll />
            <ul className="grid gap-3">
              {rows.map((letter) => (
                <Letter key={letter.id} letter={letter} />
              ))}
            </ul>
            <MoreButton pages={letters} />
          </>
        );
      }}
    </Loaded>
  );
}

function Letter({ letter }: { letter: DeadLetter }) {
  const cache = useQueryClient();
  const onSettled = () => cache.invalidateQueries({ queryKey: adminDeadLettersQueryKey() });
  const redrive = useMutation({ ...adminRedriveMutation(), onSettled });
  const discard = useMutation({ ...adminDiscardMutation(), onSettled });
  const body = { ids: [letter.id] };
  const failed = redrive.error ?? discard.error;
  return (
    <li className="grid gap-3 rounded-xl border border-line bg-surface p-4">
      <div className="flex flex-wrap items-baseline gap-3">
        <span className="font-medium break-words">{letter.cause}</span>
        <span className="text-sm text-muted">{dateTime(letter.givenUpAt)}</span>
      </div>
      <code className="text-sm break-all text-muted">{letter.jobId ?? letter.body}</code>
      <div className="flex flex-wrap gap-2">
        <Button busy={redrive.isPending} onClick={() => redrive.mutate({ body })}>
          <Trans>Send it again</Trans>
        </Button>
        <Confirm
          action={<Trans>Throw it away</Trans>}
          title={<Trans>Throw this message away?</Trans>}
          description={<Trans>Its transcode stays failed.</Trans>}
          busy={discard.isPending}
          onConfirm={() => discard.mutate({ body })}
        />
      </div>
      {failed ? <Failure error={failed} /> : null}
    </li>
  );
}
