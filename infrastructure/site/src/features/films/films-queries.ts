import { useInfiniteQuery } from "@tanstack/react-query";
import {
  galleryListInfiniteOptions,
  jobsListInfiniteOptions,
} from "@/api/generated/@tanstack/react-query.gen";
import type { Job } from "@/api/generated/types.gen";
import { byCursor } from "@/api/pages";
import { useLive } from "@/live/live";
import { pollInterval } from "@/live/poll-interval";
import { isUnderWay, type Shown, STATUSES } from "./films-view";

/** The films that were made here; only those that are to be shown, if not all are. */
export function madeFilmsOptions(shown: Shown | undefined) {
  const query = { limit: 24, ...(shown ? { status: STATUSES[shown] } : {}) };
  return { ...jobsListInfiniteOptions({ query }), ...byCursor };
}

/** The same, asked for again while one of them is under way. */
export function useMadeFilms(shown: Shown | undefined) {
  const isLive = useLive();
  return useInfiniteQuery({
    ...madeFilmsOptions(shown),
    refetchInterval: ({ state: { data } }) => {
      const youngest = data?.pages.flatMap((page) => page.jobs).find(isUnderWay);
      return youngest ? intervalOf(youngest, isLive) : false;
    },
  });
}

/** A list is dearer than a film: never more often than every five seconds. */
function intervalOf(job: Job, isLive: boolean): number {
  return Math.max(5_000, pollInterval(job.createdAt, Date.now(), isLive));
}

export function useOwnVideos() {
  return useInfiniteQuery({
    ...galleryListInfiniteOptions({ query: { owner: "me", limit: 24 } }),
    ...byCursor,
  });
}
