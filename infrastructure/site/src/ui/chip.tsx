import type { ReactNode } from "react";
import { cx } from "@/ui/cx";

export type Tone = "neutral" | "busy" | "good" | "bad";

const TONES: Record<Tone, string> = {
  neutral: "border-line text-muted",
  busy: "border-accent text-accent",
  good: "border-good text-good",
  bad: "border-bad text-bad",
};

/** A word on how something stands. */
export function Chip({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span
      className={cx(
        "inline-flex items-center gap-1 rounded-full border bg-surface px-2.5 py-0.5 text-sm whitespace-nowrap",
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}
