import { Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Failure } from "@/api/failure";
import {
  webhooksDeliveriesInfiniteOptions,
  webhooksRedeliverMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import type { WebhookDelivery } from "@/api/generated/types.gen";
import { Loaded } from "@/api/loaded";
import { MoreButton } from "@/api/more-button";
import { rowsOf } from "@/api/pages";
import { dateTime } from "@/lib/format";
import { Button } from "@/ui/button";
import { Chip } from "@/ui/chip";
import { Skeleton } from "@/ui/skeleton";
import { DELIVERY, FAILURE } from "./delivery-words";

/** What a webhook was told, and what came of it. */
export function Deliveries({ webhookId }: { webhookId: string }) {
  const path = { webhookId };
  const deliveries = useInfiniteQuery({
    ...webhooksDeliveriesInfiniteOptions({ path }),
    initialPageParam: { path },
    getNextPageParam: ({ nextCursor }) =>
      nextCursor ? { path, query: { cursor: nextCursor } } : undefined,
  });
  return (
    <Loaded answer={deliveries} loading={<Skeleton className="h-48" />}>
      {(data) => {
        const rows = rowsOf(data, (page) => page.deliveries);
        if (rows.length === 0) return <Nothing />;
        return (
          <>
            <ul className="grid gap-3">
              {rows.map((delivery) => (
                <Row key={delivery.deliveryId} webhookId={webhookId} delivery={delivery} />
              ))}
            </ul>
            <MoreButton pages={deliveries} />
          </>
        );
      }}
    </Loaded>
  );
}

function Nothing() {
  return (
    <p>
      <Trans>It was told of nothing in the last thirty days.</Trans>
    </p>
  );
}

interface RowProps {
  webhookId: string;
  delivery: WebhookDelivery;
}

function Row({ webhookId, delivery }: RowProps) {
  const { t } = useLingui();
  const { word, tone } = DELIVERY[delivery.status];
  return (
    <li className="grid gap-2 rounded-xl border border-line p-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span className="font-medium break-all">{delivery.eventType}</span>
        <Chip tone={tone}>{t(word)}</Chip>
      </div>
      <p className="text-sm text-muted">{dateTime(delivery.occurredAt)}</p>
      <LastAttempt delivery={delivery} />
      <Again webhookId={webhookId} delivery={delivery} />
    </li>
  );
}

function LastAttempt({ delivery: { attempts, nextAttemptAt } }: { delivery: WebhookDelivery }) {
  const { t } = useLingui();
  const last = attempts.at(-1);
  const next = nextAttemptAt ? dateTime(nextAttemptAt) : null;
  const count = attempts.length;
  return (
    <p className="text-sm text-muted">
      {last ? <Trans>Attempt {count}:</Trans> : null} {last?.responseStatus ?? null}{" "}
      {last?.failure ? t(FAILURE[last.failure]) : null}
      {next ? (
        <>
          {" "}
          <Trans>Next on {next}.</Trans>
        </>
      ) : null}
    </p>
  );
}

function Again({ webhookId, delivery: { deliveryId, status } }: RowProps) {
  const again = useMutation(webhooksRedeliverMutation());
  if (status === "pending" || status === "held") return null;
  return (
    <div className="grid justify-items-start gap-2">
      <Button
        busy={again.isPending}
        onClick={() => again.mutate({ path: { webhookId, deliveryId } })}
      >
        {again.isSuccess ? <Trans>Sent</Trans> : <Trans>Send it again</Trans>}
      </Button>
      {again.error ? <Failure error={again.error} /> : null}
    </div>
  );
}
