import { useInfiniteQuery } from "@tanstack/react-query";
import {
  galleryListInfiniteOptions,
  jobsListInfiniteOptions,
} from "@/api/generated/@tanstack/react-query.gen";
import type { Job } from "@/api/generated/types.gen";
import { byCursor } from "@/api/pages";
import { useLive } from "@/live/live";
import { pollInterval } from "@/live/poll-interval";
import { isUnderWay } from "./films-view";

/** The films that were made here; asked for again while one is under way. */
export function useMadeFilms() {
  const isLive = useLive();
  return useInfiniteQuery({
    ...jobsListInfiniteOptions({ query: { limit: 24 } }),
    ...byCursor,
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
