import { useEffect, useSyncExternalStore } from "react";

let message = "";
const listeners = new Set<() => void>();

/** Says a message to screen readers, through the one live region of the shell. */
export function announce(text: string): void {
  // The same words again are said again only if they are others.
  message = text === message ? `${text}\u00a0` : text;
  for (const listener of listeners) listener();
}

/** The same for what a component shows, when it comes or changes; `null` is nothing to say. */
export function useSaid(text: string | null): void {
  useEffect(() => {
    if (text) announce(text);
  }, [text]);
}

/** What the live region says. */
export function useAnnouncement(): string {
  return useSyncExternalStore(subscribe, () => message);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
