import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Failure } from "@/api/failure";
import { webhooksListOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { PauseReason, Webhook } from "@/api/generated/types.gen";
import { Loaded } from "@/api/loaded";
import { dateTime } from "@/lib/format";
import { Button } from "@/ui/button";
import { Chip } from "@/ui/chip";
import { Confirm } from "@/ui/confirm";
import { Dialog } from "@/ui/dialog";
import { Panel } from "@/ui/panel";
import { Skeleton } from "@/ui/skeleton";
import { Deliveries } from "./deliveries";
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

const PAUSED: Record<PauseReason, MessageDescriptor> = {
  gone: msg`It answered that it is gone. Turned on again, it is told what was held.`,
  unreachable: msg`It took nothing by the last attempt. Turned on again, it is told what was held.`,
};

const STATUS = {
  enabled: { word: msg`On`, tone: "good" },
  disabled: { word: msg`Off`, tone: "neutral" },
  paused: { word: msg`Paused`, tone: "bad" },
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
      {webhook.pausedBecause ? <p className="text-sm">{t(PAUSED[webhook.pausedBecause])}</p> : null}
      <WebhookButtons webhook={webhook} />
    </li>
  );
}

function WebhookButtons({ webhook: { webhookId, status } }: { webhook: Webhook }) {
  const { update, remove, rotate, test } = useWebhookActions();
  const [isOpen, setOpen] = useState(false);
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
        <Button onClick={() => setOpen(true)}>
          <Trans>What it was told</Trans>
        </Button>
        <Confirm
          action={<Trans>Remove</Trans>}
          title={<Trans>Remove this webhook?</Trans>}
          description={<Trans>It is told of nothing any more.</Trans>}
          onConfirm={() => remove.mutate({ path })}
        />
      </div>
      <Dialog title={<Trans>What it was told</Trans>} open={isOpen} onOpenChange={setOpen}>
        <Deliveries webhookId={webhookId} />
      </Dialog>
      {rotate.data ? <Secret secret={rotate.data.secret} /> : null}
      {failed ? <Failure error={failed} /> : null}
    </>
  );
}
