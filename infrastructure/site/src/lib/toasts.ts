import { useSyncExternalStore } from "react";

let areWanted = false;
const listeners = new Set<() => void>();

/** Says something for a while: the first time, what shows it is fetched with it. */
export async function toasts() {
  areWanted = true;
  for (const listener of listeners) listener();
  return (await import("sonner")).toast;
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useToastsWanted(): boolean {
  return useSyncExternalStore(subscribe, () => areWanted);
}
