import { type ComponentType, useDeferredValue, useEffect, useSyncExternalStore } from "react";
import type { Wish } from "@/video/player/playback";
import type { PlayerProps } from "@/video/player/skinned-player";

type Skinned = ComponentType<PlayerProps>;
let player: Skinned | null = null;
const listeners = new Set<() => void>();

/** It is much to fetch and to draw. Without a connection it is fetched when it is wanted again. */
export function fetchPlayer(): void {
  import("@/video/player/skinned-player").then(
    ({ SkinnedPlayer }) => {
      player = SkinnedPlayer;
      for (const listener of listeners) listener();
    },
    () => {},
  );
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * The player once it is fetched, which a wish does at the latest. One that comes late is drawn bit
 * by bit; one that is there is drawn while the button is pressed: some browsers play nothing later.
 */
export function useLaterPlayer(wish: Wish | null): Skinned | null {
  useEffect(() => {
    if (wish) fetchPlayer();
  }, [wish]);
  return useDeferredValue(useSyncExternalStore(subscribe, () => player));
}
