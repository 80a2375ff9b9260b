import { Progress as Radix } from "radix-ui";

/** A labelled bar, 0 to 100. */
export function Progress({ value, label }: { value: number; label: string }) {
  return (
    <Radix.Root
      value={value}
      aria-label={label}
      className="h-2 overflow-hidden rounded-full bg-raised"
    >
      <Radix.Indicator
        className="h-full rounded-full bg-accent transition-[width] duration-500"
        style={{ width: `${value}%` }}
      />
    </Radix.Root>
  );
}
