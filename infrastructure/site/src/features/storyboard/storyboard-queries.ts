import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import {
  jobsAnimaticMutation,
  jobsGetQueryKey,
  storyboardApproveMutation,
  storyboardGetOptions,
  storyboardGetQueryKey,
  storyboardUpdateMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import { paths } from "@/lib/paths";

export function useStoryboard(id: string) {
  // What is edited must not change under the hands.
  return useQuery({ ...storyboardGetOptions({ path: { id } }), refetchOnWindowFocus: false });
}

export function useSave(id: string) {
  const cache = useQueryClient();
  return useMutation({
    ...storyboardUpdateMutation(),
    onSuccess: (saved) => cache.setQueryData(storyboardGetQueryKey({ path: { id } }), saved),
  });
}

export function useAnimatic() {
  return useMutation(jobsAnimaticMutation());
}

export function useApprove(id: string) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    ...storyboardApproveMutation(),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: jobsGetQueryKey({ path: { id } }) });
      return navigate(paths.film(id));
    },
  });
}
