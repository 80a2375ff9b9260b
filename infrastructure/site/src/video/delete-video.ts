import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { errorMessage } from "@/api/error-messages";
import { galleryListQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import { galleryDelete } from "@/api/generated/sdk.gen";
import type { Video } from "@/api/generated/types.gen";
import { toasts } from "@/lib/toasts";

/** How long a deletion can be taken back, in milliseconds. */
const GRACE = 6_000;

let doomed: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

function change(next: ReadonlySet<string>): void {
  doomed = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Ids of the videos that are about to be deleted: lists leave them out. */
export function useDoomed(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => doomed);
}

/** Deletes a video a few seconds later or when the page is left, unless it is taken back. */
export function useDelete(): (video: Video) => Promise<void> {
  const cache = useQueryClient();
  return async ({ id, title }) => {
    const toast = await toasts();
    change(new Set([...doomed, id]));
    const decided = new AbortController();
    const spare = () => {
      decided.abort();
      change(new Set([...doomed].filter((one) => one !== id)));
    };
    const go = () => {
      if (decided.signal.aborted) return;
      decided.abort();
      void remove(id, cache, spare);
    };
    window.addEventListener("pagehide", go, { signal: decided.signal });
    toast(t`“${title}” is deleted.`, {
      duration: GRACE,
      action: { label: t`Undo`, onClick: spare },
      onAutoClose: go,
      onDismiss: go,
    });
  };
}

async function remove(id: string, cache: QueryClient, spare: () => void): Promise<void> {
  try {
    // The request outlives the page.
    await galleryDelete({ path: { id }, keepalive: true, throwOnError: true });
    await cache.invalidateQueries({ queryKey: galleryListQueryKey() });
  } catch (error) {
    spare();
    const toast = await toasts();
    toast.error(i18n._(errorMessage(error)));
  }
}
