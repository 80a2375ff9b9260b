import { Trans, useLingui } from "@lingui/react/macro";
import { Check, Circle, LoaderCircle, X } from "lucide-react";
import { cx } from "@/ui/cx";
import type { Step } from "./film-view";
import { STEP_WORDS } from "./film-words";

const ICONS = { done: Check, now: LoaderCircle, later: Circle, failed: X };

/** The steps of a film, and where it is. */
export function StageStepper({ steps }: { steps: Step[] }) {
  return (
    <ol className="flex flex-wrap gap-x-6 gap-y-2">
      {steps.map((step) => (
        <StepItem key={step.name} step={step} />
      ))}
    </ol>
  );
}

function StepItem({ step: { name, state } }: { step: Step }) {
  const { t } = useLingui();
  const Icon = ICONS[state];
  const isNow = state === "now";
  return (
    <li
      aria-current={isNow ? "step" : undefined}
      className={cx("flex items-center gap-2", isNow ? "font-semibold text-accent" : "text-muted")}
    >
      <Icon
        aria-hidden
        className={cx("size-4", isNow && "animate-spin", state === "done" && "text-good")}
      />
      {t(STEP_WORDS[name])}
      {state === "done" ? (
        <span className="sr-only">
          <Trans>(done)</Trans>
        </span>
      ) : null}
      {state === "failed" ? <Trans>(failed)</Trans> : null}
    </li>
  );
}
