import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { jobsListQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import { jobsCreate } from "@/api/generated/sdk.gen";
import type { CreateJob, JobAccepted, Quote } from "@/api/generated/types.gen";
import { useIdempotencyKey } from "@/api/idempotency";
import { sessionOptions } from "@/api/session";
import { paths } from "@/lib/paths";
import { filmDraft } from "@/video/film-draft";

/** What a film would be and cost; nothing is written. */
export function useQuote() {
  return useMutation({
    mutationFn: async (film: CreateJob): Promise<Quote> => {
      const { data } = await jobsCreate({
        body: film,
        query: { dryRun: true },
        throwOnError: true,
      });
      if (!isQuote(data)) throw new Error("a dry run was accepted as a film");
      return data;
    },
  });
}

/** Asks for a film, and goes to it. */
export function useCreate() {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const keyOf = useIdempotencyKey();
  return useMutation({
    mutationFn: async (film: CreateJob): Promise<JobAccepted> => {
      const { data } = await jobsCreate({ body: film, headers: keyOf(film), throwOnError: true });
      if (isQuote(data)) throw new Error("a film was answered with a quote");
      return data;
    },
    onSuccess: ({ jobId }, film) => {
      // The settings stay for the next one.
      filmDraft.write({ ...film, prompt: "", seed: null });
      void cache.invalidateQueries({ queryKey: jobsListQueryKey() });
      void cache.invalidateQueries({ queryKey: sessionOptions.queryKey });
      return navigate(paths.film(jobId));
    },
  });
}

function isQuote(answer: Quote | JobAccepted): answer is Quote {
  return "cost" in answer;
}
