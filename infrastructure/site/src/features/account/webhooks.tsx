import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Failure } from "@/api/failure";
import { webhooksListOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Webhook } from "@/api/generated/types.gen";
import { Loaded } from "@/api/loaded";
import { dateTime } from "@/lib/format";
import { Button } from "@/ui/button";
import { Chip } from "@/ui/chip";
import { Confirm } from "@/ui/confirm";
import { Panel } from "@/ui/panel";
import { Skeleton } from "@/ui/skeleton";
import { Secret } from "./secret";
import { useWebhookActions } from "./webhook-actions";
import { WebhookForm } from "./webhook-form";

/** Programs of the person that are told when a film or a transcode has ended. */
export function Webhooks() {
  const webhooks = useQuery(webhooksListOptions());
  return (
    <Panel title={<Trans>Webhooks</Trans>}>
      <p className="text-muted">
        <Trans>Your own program is told when a film or a transcode has ended.</Trans>
      </p>
      <Loaded answer={webhooks} loading={<Skeleton className="h-24" />}>
        {(data) => <WebhookRows webhooks={data.webhooks} />}
      </Loaded>
      <WebhookForm />
    </Panel>
  );
}

function WebhookRows({ webhooks }: { webhooks: Webhook[] }) {
  if (webhooks.length === 0) {
    return (
      <p>
        <Trans>There are none yet.</Trans>
      </p>
    );
  }
  return (
    <ul className="grid gap-4">
      {webhooks.map((webhook) => (
        <WebhookRow key={webhook.webhookId} webhook={webhook} />
      ))}
    </ul>
  );
}

const STATUS = {
  enabled: { word: msg`On`, tone: "good" },
  disabled: { word: msg`Off`, tone: "neutral" },
  paused: { word: msg`Paused: it did not answer`, tone: "bad" },
} as const;

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const { t } = useLingui();
  const { word, tone } = STATUS[webhook.status];
  const success = webhook.lastSuccessAt ? dateTime(webhook.lastSuccessAt) : null;
  return (
    <li className="grid gap-3 rounded-xl border border-line p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span className="min-w-0 font-medium break-all">{webhook.url}</span>
        <Chip tone={tone}>{t(word)}</Chip>
      </div>
      <p className="text-sm text-muted">
        {webhook.events.length > 0 ? webhook.events.join(", ") : <Trans>Every event</Trans>}
        {" · "}
        {success ? <Trans>last taken {success}</Trans> : <Trans>nothing taken yet</Trans>}
      </p>
      <WebhookButtons webhook={webhook} />
    </li>
  );
}

function WebhookButtons({ webhook: { webhookId, status } }: { webhook: Webhook }) {
  const { update, remove, rotate, test } = useWebhookActions();
  const path = { webhookId };
  const failed = update.error ?? remove.error ?? rotate.error ?? test.error;
  const isOn = status === "enabled";
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <Button busy={test.isPending} onClick={() => test.mutate({ path })}>
          {test.isSuccess ? <Trans>Sent</Trans> : <Trans>Send a test</Trans>}
        </Button>
        <Button
          busy={update.isPending}
          onClick={() => update.mutate({ path, body: { enabled: !isOn } })}
        >
          {isOn ? <Trans>Turn off</Trans> : <Trans>Turn on</Trans>}
        </Button>
        <Button busy={rotate.isPending} onClick={() => rotate.mutate({ path })}>
          <Trans>New secret</Trans>
        </Button>
        <Confirm
          action={<Trans>Remove</Trans>}
          title={<Trans>Remove this webhook?</Trans>}
          description={<Trans>It is told of nothing any more.</Trans>}
          onConfirm={() => remove.mutate({ path })}
        />
      </div>
      {rotate.data ? <Secret secret={rotate.data.secret} /> : null}
      {failed ? <Failure error={failed} /> : null}
    </>
  );
}
