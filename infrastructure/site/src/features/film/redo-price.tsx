import { Plural, Trans } from "@lingui/react/macro";
import { useId } from "react";
import { useSession } from "@/api/session";
import { dollars } from "@/lib/format";
import { Button } from "@/ui/button";

interface Props {
  price: number | null;
  busy: boolean;
  onMake: () => void;
  onLeave: () => void;
}

/** What another take costs, asked before it is paid. */
export function RedoPrice({ price, busy, onMake, onLeave }: Props) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of inputs
    <div
      role="group"
      aria-labelledby={id}
      className="grid gap-3 rounded-xl border border-accent bg-accent-soft p-4"
    >
      <p id={id} className="font-medium">
        <Cost price={price} />
      </p>
      <p className="text-sm">
        <Trans>
          The first redone parts of a film use no film of your month, later ones use one each.
        </Trans>{" "}
        <FilmsLeft />
      </p>
      <div className="flex flex-wrap gap-2">
        <Button ref={focusWhenShown} look="primary" busy={busy} onClick={onMake}>
          <Trans>Make the new take</Trans>
        </Button>
        <Button onClick={onLeave}>
          <Trans>Leave it</Trans>
        </Button>
      </div>
    </div>
  );
}

function focusWhenShown(button: HTMLButtonElement | null): void {
  button?.focus();
}

function Cost({ price }: { price: number | null }) {
  if (price === null) return <Trans>What it costs is not known now.</Trans>;
  const cost = dollars(price);
  return <Trans>The new take costs about {cost}.</Trans>;
}

function FilmsLeft() {
  const session = useSession();
  if (session.kind !== "signed-in") return null;
  const { remaining } = session.profile.usage;
  return (
    <Plural
      value={remaining}
      one="# film of the month is left."
      other="# films of the month are left."
    />
  );
}
