import { useSyncExternalStore } from "react";
import { liveTicket } from "@/api/generated/sdk.gen";
import { clock } from "@/live/clock";
import { keepConnected, type World } from "@/live/connection";
import { type Hint, hintOf } from "@/live/hint";

/** A page that is left is often followed by one that listens as well. */
const LINGER = 10_000;

interface Sink {
  /** What happened before was not heard. */
  opened: () => void;
  hint: (hint: Hint) => void;
}

/** One connection for all that listen, while anything does. */
export function createLive(world: World, sink: Sink) {
  const listeners = new Set<() => void>();
  let isOpen = false;
  let stop: (() => void) | null = null;
  let stay = () => {};

  const tell = (open: boolean) => {
    isOpen = open;
    for (const listener of listeners) listener();
  };
  const begin = () =>
    keepConnected(world, {
      opened: () => {
        tell(true);
        sink.opened();
      },
      closed: () => tell(false),
      said: (message) => {
        const hint = hintOf(message);
        if (hint) sink.hint(hint);
      },
    });
  const end = () => {
    stop?.();
    stop = null;
    isOpen = false;
  };
  return {
    isOpen: () => isOpen,
    subscribe: (listener: () => void) => {
      stay();
      listeners.add(listener);
      stop ??= begin();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stay = world.later(end, LINGER);
      };
    },
  };
}

let sink: Sink | null = null;

/** Where hints go; without a sink nowhere. */
export function hintsTo(next: Sink): void {
  sink = next;
}

const live = createLive(
  {
    address: async () => {
      const { data } = await liveTicket({ throwOnError: true });
      return `${data.url}?ticket=${encodeURIComponent(data.ticket)}`;
    },
    open: (address) => new WebSocket(address),
    ...clock,
    random: Math.random,
  },
  { opened: () => sink?.opened(), hint: (hint) => sink?.hint(hint) },
);

/** Listens for changes while it is used; whether they are told at once or must be asked for. */
export function useLive(): boolean {
  return useSyncExternalStore(live.subscribe, live.isOpen);
}
