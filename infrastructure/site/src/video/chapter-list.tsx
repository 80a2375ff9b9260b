import { Trans } from "@lingui/react/macro";
import { type ReactNode, useSyncExternalStore } from "react";
import { clock } from "@/lib/format";
import { cx } from "@/ui/cx";
import { type Chapter, chapterAt } from "@/video/chapters";
import type { Playback } from "@/video/player/playback";

interface Props {
  chapters: Chapter[];
  playback: Playback;
  /** What else can be done with the scene at a place. */
  actions?: (at: number) => ReactNode;
}

/** The scenes of a film: which one plays, and a way to each. */
export function ChapterList({ chapters, playback, actions }: Props) {
  const current = useChapter(chapters, playback.video);
  return (
    <ol className="grid gap-1">
      {chapters.map(({ title, start }, at) => (
        <li key={start} className="flex items-center gap-1">
          <button
            type="button"
            aria-current={at === current || undefined}
            onClick={() => playback.playFrom(start)}
            className={cx(
              "flex min-h-11 min-w-0 grow items-center gap-3 rounded-lg px-3 text-left hover:bg-raised",
              at === current && "bg-accent-soft font-medium",
            )}
          >
            <span className="text-sm text-muted tabular-nums">{clock(start)}</span>
            <span className="min-w-0 break-words">{title}</span>
            {at === current ? (
              <span className="sr-only">
                <Trans>(plays now)</Trans>
              </span>
            ) : null}
          </button>
          {actions?.(at)}
        </li>
      ))}
    </ol>
  );
}

function useChapter(chapters: Chapter[], video: HTMLVideoElement | null): number {
  const subscribe = (changed: () => void) => {
    video?.addEventListener("timeupdate", changed);
    return () => video?.removeEventListener("timeupdate", changed);
  };
  return useSyncExternalStore(subscribe, () => chapterAt(chapters, video?.currentTime ?? 0));
}
