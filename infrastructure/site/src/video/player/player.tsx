import { Suspense, useDeferredValue } from "react";
import type { AspectRatio } from "@/api/generated/types.gen";
import { lazily } from "@/lib/lazily";
import { cx } from "@/ui/cx";
import { Skeleton } from "@/ui/skeleton";
import type { Chapter } from "@/video/chapters";
import { stageClass } from "@/video/frame";
import type { PlayerProps } from "@/video/player/skinned-player";
import { tracksOf } from "@/video/player/vtt";

const load = async () => (await import("@/video/player/skinned-player")).SkinnedPlayer;
const SkinnedPlayer = lazily(load);

/** For pages that will show it, before they know what. */
export function preloadPlayer(): void {
  void load().catch(() => {});
}

interface Props extends Omit<PlayerProps, "titles" | "pictures"> {
  shape: AspectRatio;
  /** Its scenes, where they are known. */
  chapters?: Chapter[];
}

/** The player in a box of the film's shape, no higher than the window. */
export function Player({ shape, chapters = [], ...player }: Props) {
  const frame = cx(
    stageClass(shape),
    "mx-auto overflow-hidden rounded-2xl [--media-border-radius:1rem]",
  );
  // The page is painted first: the player is much to draw, and is drawn bit by bit then.
  const isItsTurn = useDeferredValue(true, false);
  const place = <Place poster={player.poster} />;
  return (
    <div className={frame}>
      {isItsTurn ? (
        <Suspense fallback={place}>
          <SkinnedPlayer {...player} {...tracksOf(chapters)} />
        </Suspense>
      ) : (
        place
      )}
    </div>
  );
}

/** What is there before the player: its picture, if it has one. */
function Place({ poster }: { poster: string | null | undefined }) {
  if (!poster) return <Skeleton className="size-full" />;
  return (
    <img src={poster} alt="" fetchPriority="high" className="size-full bg-raised object-contain" />
  );
}
