import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { cx } from "@/ui/cx";
import { SHOWN, type Shown } from "./films-view";
import { SHOWN_WORDS } from "./films-words";

/** Which films are shown is in the address: a link, the history and a reload keep it. */
export function FilmsFilter({ shown }: { shown: Shown | undefined }) {
  const { t } = useLingui();
  return (
    <nav aria-label={t`Which films are shown`} className="flex flex-wrap gap-2">
      <Choice to="?" isChosen={!shown}>
        <Trans>All</Trans>
      </Choice>
      {SHOWN.map((one) => (
        <Choice key={one} to={`?show=${one}`} isChosen={one === shown}>
          {t(SHOWN_WORDS[one].name)}
        </Choice>
      ))}
    </nav>
  );
}

interface ChoiceProps {
  to: string;
  isChosen: boolean;
  children: ReactNode;
}

function Choice({ to, isChosen, children }: ChoiceProps) {
  return (
    <Link
      to={to}
      preventScrollReset
      aria-current={isChosen ? "true" : undefined}
      className={cx(
        "flex min-h-11 items-center rounded-lg border px-3",
        isChosen
          ? "border-accent bg-accent-soft font-semibold"
          : "border-edge bg-surface text-muted hover:text-ink",
      )}
    >
      {children}
    </Link>
  );
}
