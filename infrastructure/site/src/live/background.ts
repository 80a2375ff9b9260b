import { useSyncExternalStore } from "react";

/** Ids of what is followed while the page is hidden, for somebody wants to be told of its end. */
let followed: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

function change(next: ReadonlySet<string>): void {
  followed = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function follow(id: string): void {
  change(new Set([...followed, id]));
}

export function unfollow(id: string): void {
  change(new Set([...followed].filter((one) => one !== id)));
}

export function isFollowed(id: string): boolean {
  return followed.has(id);
}

export function useIsFollowed(id: string): boolean {
  return useSyncExternalStore(subscribe, () => isFollowed(id));
}
