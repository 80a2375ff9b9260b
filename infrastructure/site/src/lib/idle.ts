const SOON = 200;

/** Lets the browser paint and answer before the rest. */
export function breathe(): Promise<void> {
  return new Promise((next) => setTimeout(next));
}

/** Does what nobody waits for, once the browser has nothing else to do. */
export function whenIdle(act: () => void): void {
  // Safari has no word for it.
  if ("requestIdleCallback" in window) window.requestIdleCallback(act);
  else setTimeout(act, SOON);
}
