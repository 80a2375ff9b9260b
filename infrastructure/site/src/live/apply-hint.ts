import type { QueryClient, QueryKey } from "@tanstack/react-query";
import {
  jobsGetQueryKey,
  jobsListQueryKey,
  transcodesGetQueryKey,
  transcodesListQueryKey,
} from "@/api/generated/@tanstack/react-query.gen";
import { isFollowed } from "@/live/background";
import type { World } from "@/live/connection";
import type { Hint } from "@/live/hint";
import { createPace } from "@/live/pace";

/** The same is asked for once a second at most, a list more seldom: it is dearer. */
const ONE_APART = 1_000;
const LIST_APART = 3_000;

/** Has Query ask again for what hints say has changed. */
export function hintSink(cache: QueryClient, world: Pick<World, "later" | "now">) {
  const pace = createPace(world);
  const askAgain = (queryKey: QueryKey, apart: number, isAwaited = false) =>
    pace(JSON.stringify(queryKey), apart, () => {
      // A hidden page asks when it is looked at again.
      const refetchType = document.hidden && !isAwaited ? "none" : "active";
      void cache.invalidateQueries({ queryKey, refetchType });
    });
  return {
    opened: () => {
      // Generated keys are of one: these are of all.
      askAgain([{ _id: "jobsGet" }], ONE_APART);
      askAgain([{ _id: "transcodesGet" }], ONE_APART);
      askAgain(jobsListQueryKey(), LIST_APART);
      askAgain(transcodesListQueryKey(), LIST_APART);
    },
    hint: ({ kind, id, version }: Hint) => {
      const path = { id };
      const one = kind === "film" ? jobsGetQueryKey({ path }) : transcodesGetQueryKey({ path });
      if (versionOf(cache.getQueryData(one)) >= version) return;
      askAgain(one, ONE_APART, isFollowed(id));
      askAgain(kind === "film" ? jobsListQueryKey() : transcodesListQueryKey(), LIST_APART);
    },
  };
}

/** The version of an answer that is there: a hint of it says nothing new. */
function versionOf(answer: { updatedAt?: string; job?: { updatedAt: string } } | undefined) {
  return Date.parse(answer?.updatedAt ?? answer?.job?.updatedAt ?? "1970");
}
