import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  jobsCancelMutation,
  jobsGetQueryKey,
  jobsListQueryKey,
  jobsResumeMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import {
  scenesRegenerate,
  scenesTake,
  soundtrackRegenerate,
  soundtrackTake,
} from "@/api/generated/sdk.gen";
import type { RegenerateScene } from "@/api/generated/types.gen";
import { useIdempotencyKey } from "@/api/idempotency";
import { sessionOptions } from "@/api/session";

export function useCancel(id: string) {
  return useMutation({ ...jobsCancelMutation(), onSettled: useLookAgain(id) });
}

export function useResume(id: string) {
  return useMutation({ ...jobsResumeMutation(), onSettled: useLookAgain(id) });
}

/** Has a scene made anew, or without one the music. */
export function useRegenerate(id: string, scene: number | null) {
  const keyOf = useIdempotencyKey();
  return useMutation({
    mutationFn: async (body: RegenerateScene) => {
      const headers = keyOf({ id, scene, body });
      const sent = { body, headers, throwOnError: true } as const;
      const { data } =
        scene === null
          ? await soundtrackRegenerate({ path: { id }, ...sent })
          : await scenesRegenerate({ path: { id, index: scene }, ...sent });
      return data;
    },
    onSettled: useLookAgain(id),
  });
}

/** Has the film put together with a take that is there, of a scene or the music. */
export function useChooseTake(id: string, scene: number | null) {
  return useMutation({
    mutationFn: async (take: number) => {
      const sent = { body: { take }, throwOnError: true } as const;
      const { data } =
        scene === null
          ? await soundtrackTake({ path: { id }, ...sent })
          : await scenesTake({ path: { id, index: scene }, ...sent });
      return data;
    },
    onSettled: useLookAgain(id),
  });
}

/** What a change of a film changes on the screen: itself, the list, the month. */
function useLookAgain(id: string) {
  const cache = useQueryClient();
  return () => {
    void cache.invalidateQueries({ queryKey: jobsListQueryKey() });
    void cache.invalidateQueries({ queryKey: sessionOptions.queryKey });
    return cache.invalidateQueries({ queryKey: jobsGetQueryKey({ path: { id } }) });
  };
}
