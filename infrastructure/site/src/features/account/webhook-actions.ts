import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  webhooksDeleteMutation,
  webhooksListQueryKey,
  webhooksRotateMutation,
  webhooksTestMutation,
  webhooksUpdateMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import { webhooksCreate } from "@/api/generated/sdk.gen";
import type { CreateWebhook } from "@/api/generated/types.gen";
import { useIdempotencyKey } from "@/api/idempotency";

/** Makes a webhook; its secret is answered this once. */
export function useCreateWebhook() {
  const keyOf = useIdempotencyKey();
  return useMutation({
    mutationFn: async (body: CreateWebhook) => {
      const { data } = await webhooksCreate({ body, headers: keyOf(body), throwOnError: true });
      return data;
    },
    onSuccess: useListAgain(),
  });
}

/** What can be done with a webhook. */
export function useWebhookActions() {
  const onSettled = useListAgain();
  return {
    update: useMutation({ ...webhooksUpdateMutation(), onSettled }),
    remove: useMutation({ ...webhooksDeleteMutation(), onSettled }),
    rotate: useMutation(webhooksRotateMutation()),
    test: useMutation(webhooksTestMutation()),
  };
}

function useListAgain() {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: webhooksListQueryKey() });
}
