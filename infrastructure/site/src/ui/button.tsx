import type { ComponentProps } from "react";
import { cx } from "@/ui/cx";

type Look = "primary" | "plain" | "quiet" | "danger";

const LOOKS: Record<Look, string> = {
  primary: "bg-accent text-on-accent hover:opacity-90",
  plain: "bg-surface text-ink border border-edge hover:bg-raised",
  quiet: "text-ink hover:bg-raised",
  danger: "bg-surface text-bad border border-bad hover:bg-bad-soft",
};

/** The classes of a button, for links that look like one. */
export function buttonClass(look: Look = "plain", extra?: string): string {
  return cx(
    "inline-flex min-h-11 items-center justify-center gap-2 rounded-lg px-4 py-2 font-medium",
    "disabled:cursor-not-allowed disabled:opacity-55 transition-colors",
    LOOKS[look],
    extra,
  );
}

interface Props extends ComponentProps<"button"> {
  look?: Look;
  busy?: boolean;
}

/** A busy button stays focused and says so; pressing it does nothing. */
export function Button({ look, busy = false, className, onClick, ...rest }: Props) {
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      className={buttonClass(look, cx(busy && "cursor-progress opacity-70", className))}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    />
  );
}
