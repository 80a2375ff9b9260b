import { cx } from "@/ui/cx";

/** A grey place of the size of what comes. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx("animate-pulse rounded-xl bg-raised", className)} />;
}

const PLACES = ["a", "b", "c", "d", "e", "f"];

/** Places for a grid of cards. */
export function CardSkeletons() {
  return (
    <div aria-hidden className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
      {PLACES.map((place) => (
        <Skeleton key={place} className="aspect-video" />
      ))}
    </div>
  );
}
