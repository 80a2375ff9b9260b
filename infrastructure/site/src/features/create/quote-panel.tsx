import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { ApiError } from "@/api/api-error";
import { errorMessage } from "@/api/error-messages";
import type { Quote } from "@/api/generated/types.gen";
import { useSaid } from "@/lib/announce";
import { count, day, dollars } from "@/lib/format";
import { Fact, Facts } from "@/ui/facts";
import { Alert } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Skeleton } from "@/ui/skeleton";
import { PlannedScene } from "@/video/planned-scene";
import { TimeSpan } from "@/video/time-left";

interface Props {
  quote: Quote | null;
  busy: boolean;
  /** The button that makes the film. */
  children: ReactNode;
}

/** What the film would be and cost, before anything is paid. */
export function QuotePanel({ quote, busy, children }: Props) {
  const { t } = useLingui();
  const price = quote ? dollars(quote.cost.nanoUsd) : "";
  useSaid(quote ? t`The plan is there. Its price is ${price}.` : null);
  return (
    <Panel title={<Trans>The plan</Trans>}>
      <div aria-busy={busy} className="grid gap-4">
        {busy ? <Skeleton className="h-40" /> : null}
        {quote ? <Figures quote={quote} /> : null}
        {quote || busy ? null : (
          <p className="text-muted">
            <Trans>
              Describe the film and plan it: its scenes, its price and its time are shown here.
              Planning is free.
            </Trans>
          </p>
        )}
      </div>
      {quote?.refusal ? <Refusal code={quote.refusal} usage={quote.usage} /> : null}
      {quote && !quote.refusal ? children : null}
      {quote ? <Scenes quote={quote} /> : null}
    </Panel>
  );
}

function Figures({ quote }: { quote: Quote }) {
  const { quota } = quote.usage;
  const remaining = count(quote.usage.remaining);
  return (
    <Facts>
      <Fact name={<Trans>Price</Trans>}>{dollars(quote.cost.nanoUsd)}</Fact>
      <Fact name={<Trans>Time</Trans>}>
        <TimeSpan time={quote.time} />
      </Fact>
      <Fact name={<Trans>Left of the month after it</Trans>}>
        <Plural value={quota} one={`${remaining} of # film`} other={`${remaining} of # films`} />
      </Fact>
    </Facts>
  );
}

function Refusal({ code, usage }: { code: NonNullable<Quote["refusal"]>; usage: Quote["usage"] }) {
  const { t } = useLingui();
  const refusal = new ApiError(undefined, { error: code, code });
  const resets = day(usage.resetsAt);
  return (
    <Alert title={t(errorMessage(refusal))}>
      {code === "QUOTA_EXCEEDED" ? (
        <p>
          <Trans>New films can be made from {resets} on.</Trans>
        </p>
      ) : null}
    </Alert>
  );
}

function Scenes({ quote }: { quote: Quote }) {
  return (
    <ol className="grid gap-3">
      {quote.scenes.map((scene) => (
        <PlannedScene key={scene.index} scene={scene} />
      ))}
      {quote.music ? (
        <li className="text-muted">
          <Trans>Music: {quote.music}</Trans>
        </li>
      ) : null}
    </ol>
  );
}
