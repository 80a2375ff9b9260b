import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  jobsCancelMutation,
  jobsGetQueryKey,
  jobsListQueryKey,
  jobsResumeMutation,
  scenesTakeMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import { scenesRegenerate } from "@/api/generated/sdk.gen";
import type { RegenerateScene } from "@/api/generated/types.gen";
import { useIdempotencyKey } from "@/api/idempotency";
import { sessionOptions } from "@/api/session";

export function useCancel(id: string) {
  return useMutation({ ...jobsCancelMutation(), onSettled: useLookAgain(id) });
}

export function useResume(id: string) {
  return useMutation({ ...jobsResumeMutation(), onSettled: useLookAgain(id) });
}

/** Has a scene made anew. */
export function useRegenerate(id: string, index: number) {
  const keyOf = useIdempotencyKey();
  return useMutation({
    mutationFn: async (body: RegenerateScene) => {
      const path = { id, index };
      const headers = keyOf({ path, body });
      const { data } = await scenesRegenerate({ path, body, headers, throwOnError: true });
      return data;
    },
    onSettled: useLookAgain(id),
  });
}

/** Has the film put together with a take that is there. */
export function useChooseTake(id: string) {
  return useMutation({ ...scenesTakeMutation(), onSettled: useLookAgain(id) });
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
