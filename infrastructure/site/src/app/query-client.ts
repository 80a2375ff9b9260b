import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError, isOutOfTurn, nextTurn } from "@/api/api-error";
import { keepLinks } from "@/api/steady-links";
import { reportError } from "@/app/report-error";

const TRIES = 3;
const SECOND = 1_000;
const LONGEST = 30 * SECOND;

/** A refusal stays one however often it is asked; who asked too often or got no answer may get one soon. */
export function isWorthRetrying(failures: number, error: unknown): boolean {
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
  return (!refused || isOutOfTurn(error)) && failures < TRIES;
}

/** Milliseconds until it is asked again: as long as the API says, or twice as long each time. */
export function retryDelay(failures: number, error: unknown): number {
  return nextTurn(error) ?? Math.min(SECOND * 2 ** failures, LONGEST);
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: reportError }),
    mutationCache: new MutationCache({ onError: reportError }),
    defaultOptions: {
      queries: {
        retry: isWorthRetrying,
        retryDelay,
        staleTime: 5_000,
        structuralSharing: keepLinks,
      },
    },
  });
}
