import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { paths } from "@/lib/paths";

/** `g` and then one of these goes to a place. */
export const PLACES: { key: string; path: string; name: MessageDescriptor }[] = [
  { key: "c", path: paths.create, name: msg`Create` },
  { key: "f", path: paths.films, name: msg`My films` },
  { key: "g", path: paths.gallery, name: msg`Gallery` },
  { key: "u", path: paths.upload, name: msg`Upload` },
];

export type Action = { kind: "go"; path: string } | { kind: "help" } | { kind: "search" };

/** What a key does after the one before it. None while typing, none of the browser's own. */
export function actionOf(key: string, before: string): Action | null {
  if (key === "?") return { kind: "help" };
  if (key === "/") return { kind: "search" };
  const place = before === "g" ? PLACES.find((one) => one.key === key) : undefined;
  return place ? { kind: "go", path: place.path } : null;
}

export function isForPage(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const { target } = event;
  if (!(target instanceof HTMLElement)) return true;
  return !target.closest(
    "input, textarea, select, [contenteditable], [role=menu], [role=dialog], video",
  );
}
