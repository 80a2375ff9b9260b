const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** With hints polling is there only for one that was lost. */
const WITH_HINTS = 30 * SECOND;

/** How long to wait before asking again for what began at `since`, in milliseconds. */
export function pollInterval(since: string, now: number, isLive: boolean): number {
  if (isLive) return WITH_HINTS;
  const age = now - Date.parse(since);
  if (age < MINUTE) return 2 * SECOND;
  return age < 5 * MINUTE ? 5 * SECOND : 15 * SECOND;
}
