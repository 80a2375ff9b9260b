import { useSyncExternalStore } from "react";

/** As wide as `md`. */
const wide = window.matchMedia("(width >= 48rem)");

function subscribe(changed: () => void) {
  wide.addEventListener("change", changed);
  return () => wide.removeEventListener("change", changed);
}

/** Whether there is room for what a phone does without: there it is not even drawn. */
export function useIsWide(): boolean {
  return useSyncExternalStore(subscribe, () => wide.matches);
}
