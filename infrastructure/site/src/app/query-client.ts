import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/api/api-error";
import { keepLinks } from "@/api/steady-links";
import { reportError } from "@/app/report-error";

const TRIES = 3;

/** A refusal stays one however often it is asked; what did not answer may answer soon. */
export function isWorthRetrying(failures: number, error: unknown): boolean {
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
  return !refused && failures < TRIES;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: reportError }),
    mutationCache: new MutationCache({ onError: reportError }),
    defaultOptions: {
      queries: { retry: isWorthRetrying, staleTime: 5_000, structuralSharing: keepLinks },
    },
  });
}
