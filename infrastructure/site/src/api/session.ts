import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { isStatus } from "@/api/api-error";
import { meQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import { me } from "@/api/generated/sdk.gen";
import type { Profile } from "@/api/generated/types.gen";
import type { Answer } from "@/api/loaded";
import { stored } from "@/lib/storage";

/** Whether a session is likely, for what is shown until it is known. */
const likely = stored("signed-in", (raw) => raw === true);

/** Somebody is about to sign in, or out. */
export function expectSession(isLikely: boolean): void {
  likely.write(isLikely);
}

/** Who is signed in; `null` for nobody. */
export const sessionOptions = queryOptions({
  queryKey: meQueryKey(),
  queryFn: async ({ signal }): Promise<Profile | null> => {
    try {
      const { data } = await me({ signal, throwOnError: true });
      expectSession(true);
      return data;
    } catch (error) {
      if (!isStatus(error, 401)) throw error;
      expectSession(false);
      return null;
    }
  },
  staleTime: 60_000,
});

export type Session =
  | { kind: "unknown"; isLikely: boolean; answer: Answer<unknown> }
  | { kind: "signed-out" }
  | { kind: "signed-in"; profile: Profile };

export function useSession(): Session {
  const session = useQuery(sessionOptions);
  // What depends on it is most of a page: it is drawn bit by bit.
  const data = useDeferredValue(session.data);
  if (data === undefined) return { kind: "unknown", isLikely: likely.read(), answer: session };
  return data === null ? { kind: "signed-out" } : { kind: "signed-in", profile: data };
}

/** The API said that the session is over. */
export function forgetSession(cache: QueryClient): void {
  cache.setQueryData(sessionOptions.queryKey, null);
}

export function isAdmin(profile: Profile): boolean {
  return profile.groups.includes("admin");
}

/** The hosted sign-in form, which leads back to `path`. */
export function signInUrl(path: string): string {
  return `/api/v1/auth/login?returnTo=${encodeURIComponent(path)}`;
}
