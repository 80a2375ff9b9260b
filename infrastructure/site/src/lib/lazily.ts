import { type ComponentType, lazy } from "react";

/** A component that is fetched when it is first shown; `load` picks it from its file. */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  return lazy(async () => ({ default: await load() }));
}
