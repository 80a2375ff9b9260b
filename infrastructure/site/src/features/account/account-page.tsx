import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { Profile } from "@/api/generated/types.gen";
import { useSession } from "@/api/session";
import { bytes, count, day, dollars } from "@/lib/format";
import { Fact, Facts } from "@/ui/facts";
import { PageHeading } from "@/ui/heading";
import { Panel } from "@/ui/panel";
import { Webhooks } from "./webhooks";

export function Component() {
  const { t } = useLingui();
  const session = useSession();
  return (
    <div className="grid gap-6">
      <title>{t`Account · OmniGen`}</title>
      <PageHeading>
        <Trans>Usage and webhooks</Trans>
      </PageHeading>
      {session.kind === "signed-in" ? <Usage profile={session.profile} /> : null}
      <Webhooks />
    </div>
  );
}

function Usage({ profile: { usage, holding } }: { profile: Profile }) {
  const resets = day(usage.resetsAt);
  return (
    <div className="grid items-start gap-6 lg:grid-cols-2">
      <Panel title={<Trans>This month</Trans>}>
        <Facts>
          <Amount name={<Trans>Films made</Trans>} held={usage.used} limit={usage.quota} />
          <Amount
            name={<Trans>Failed after money was spent</Trans>}
            held={usage.paidFailures}
            limit={usage.paidFailuresLimit}
          />
          <Fact name={<Trans>Cost so far</Trans>}>{dollars(usage.paidNanoUsd)}</Fact>
        </Facts>
        <p className="text-muted">
          <Trans>It begins anew on {resets}.</Trans>
        </p>
      </Panel>
      <Panel title={<Trans>At once</Trans>}>
        <Facts>
          <Amount name={<Trans>Films in the making</Trans>} {...holding.films} />
          <Amount name={<Trans>Transcodes</Trans>} {...holding.transcodes} />
          <Amount name={<Trans>Open uploads</Trans>} {...holding.openUploads} />
          <Fact name={<Trans>Stored</Trans>}>
            <Trans>
              {bytes(holding.storedBytes.held)} of {bytes(holding.storedBytes.limit)}
            </Trans>
          </Fact>
        </Facts>
      </Panel>
    </div>
  );
}

function Amount({ name, held, limit }: { name: ReactNode; held: number; limit: number }) {
  return (
    <Fact name={name}>
      <Trans>
        {count(held)} of {count(limit)}
      </Trans>
    </Fact>
  );
}
