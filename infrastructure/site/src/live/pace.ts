import type { World } from "@/live/connection";

/** Does the same at most so often: at once, then what came meanwhile once more. */
export function createPace({ later, now }: Pick<World, "later" | "now">) {
  const last = new Map<string, number>();
  const waiting = new Set<string>();
  return (name: string, apart: number, act: () => void) => {
    if (waiting.has(name)) return;
    const wait = (last.get(name) ?? Number.NEGATIVE_INFINITY) + apart - now();
    const go = () => {
      waiting.delete(name);
      last.set(name, now());
      act();
    };
    if (wait <= 0) return go();
    waiting.add(name);
    later(go, wait);
  };
}
