import { cx } from "@/ui/cx";

/** The look of every input; one that is wrong has another border. */
export function inputClass(extra?: string): string {
  return cx(
    "w-full min-w-0 min-h-11 rounded-lg border border-edge bg-surface px-3 py-2 text-ink placeholder:text-muted",
    "aria-invalid:border-2 aria-invalid:border-bad",
    extra,
  );
}
