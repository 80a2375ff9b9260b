import { cx } from "@/ui/cx";

/** A grey place of the size of what comes. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx("animate-pulse rounded-xl bg-raised", className)} />;
}

/** Places for a grid of cards. */
export function CardSkeletons({ count = 6 }: { count?: number }) {
  return (
    <div aria-hidden className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
      {Array.from({ length: count }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={at} className="aspect-video" />
      ))}
    </div>
  );
}
