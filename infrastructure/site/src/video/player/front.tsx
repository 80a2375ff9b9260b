import { useLingui } from "@lingui/react/macro";
import { LoaderCircle, Play } from "lucide-react";
import type { KeyboardEvent } from "react";
import { whenIdle } from "@/lib/idle";
import { fetchPlayer } from "@/video/player/later-player";

interface Props {
  poster: string | null | undefined;
  /** It was pressed, and what plays is on its way. */
  busy: boolean;
  onPlay: (key?: string) => void;
}

/** Keys of a player that do more than press its button. */
const KEYS = /^([0-9fijlm<>]|ArrowLeft|ArrowRight)$/;

/** What is there of a player until it is wanted: the film's picture, which plays it. */
export function PlayerFront({ poster, busy, onPlay }: Props) {
  const { t } = useLingui();
  const listen = (event: KeyboardEvent) => {
    const { key } = event;
    const isOurs = key === "k" || KEYS.test(key);
    if (!isOurs || event.ctrlKey || event.metaKey || event.altKey) return;
    // None of it is the page's as well.
    event.preventDefault();
    onPlay(key === "k" ? undefined : key);
  };
  return (
    <button
      type="button"
      aria-label={t`Play`}
      aria-busy={busy || undefined}
      onClick={() => onPlay()}
      onKeyDown={listen}
      onPointerEnter={fetchPlayer}
      onFocus={fetchPlayer}
      className="group relative block size-full overflow-hidden rounded-2xl bg-raised"
    >
      {poster ? <Picture url={poster} /> : null}
      <span className="absolute inset-0 m-auto grid size-16 place-items-center rounded-full bg-accent text-on-accent shadow-lg transition-transform group-hover:scale-110 group-active:scale-95 sm:size-20">
        {busy ? (
          <LoaderCircle aria-hidden className="size-8 animate-spin" />
        ) : (
          <Play aria-hidden className="size-8 translate-x-0.5 fill-current" />
        )}
      </span>
    </button>
  );
}

/** The largest part of the page; the player is fetched when it is there. */
function Picture({ url }: { url: string }) {
  return (
    <img
      src={url}
      alt=""
      fetchPriority="high"
      onLoad={() => whenIdle(fetchPlayer)}
      className="size-full object-contain"
    />
  );
}
