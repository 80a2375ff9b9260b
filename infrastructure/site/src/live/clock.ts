import type { World } from "@/live/connection";

/** The browser's time. */
export const clock: Pick<World, "later" | "now"> = {
  later: (act, milliseconds) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
  now: Date.now,
};
