import { Suspense } from "react";
import type { AspectRatio } from "@/api/generated/types.gen";
import { lazily } from "@/lib/lazily";
import { cx } from "@/ui/cx";
import { Skeleton } from "@/ui/skeleton";
import { stageClass } from "@/video/frame";
import type { PlayerProps } from "@/video/player/skinned-player";

const load = async () => (await import("@/video/player/skinned-player")).SkinnedPlayer;
const SkinnedPlayer = lazily(load);

/** For pages that will show it, before they know what. */
export function preloadPlayer(): void {
  void load().catch(() => {});
}

/** The player in a box of the film's shape, no higher than the window. */
export function Player({ shape, ...player }: PlayerProps & { shape: AspectRatio }) {
  const frame = cx(
    stageClass(shape),
    "mx-auto overflow-hidden rounded-2xl [--media-border-radius:1rem]",
  );
  return (
    <div className={frame}>
      <Suspense fallback={<Skeleton className="size-full" />}>
        <SkinnedPlayer {...player} />
      </Suspense>
    </div>
  );
}
