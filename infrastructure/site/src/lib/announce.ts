import { useSyncExternalStore } from "react";

let message = "";
const listeners = new Set<() => void>();

/** Says a message to screen readers, through the one live region of the shell. */
export function announce(text: string): void {
  message = text;
  for (const listener of listeners) listener();
}

/** What the live region says. */
export function useAnnouncement(): string {
  return useSyncExternalStore(subscribe, () => message);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
