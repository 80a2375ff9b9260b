import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  jobsCancelMutation,
  jobsGetQueryKey,
  jobsListQueryKey,
  jobsResumeMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import { sessionOptions } from "@/api/session";

export function useCancel(id: string) {
  return useMutation({ ...jobsCancelMutation(), onSettled: useLookAgain(id) });
}

export function useResume(id: string) {
  return useMutation({ ...jobsResumeMutation(), onSettled: useLookAgain(id) });
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
