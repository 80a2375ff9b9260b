import { useQuery } from "@tanstack/react-query";
import { jobsGetOptions, storyboardGetOptions } from "@/api/generated/@tanstack/react-query.gen";
import { pollInterval } from "@/live/poll-interval";
import { hasEnded } from "./film-view";

/** A film, asked for again until it has ended; never while the page is hidden. */
export function useFilm(id: string) {
  return useQuery({
    ...jobsGetOptions({ path: { id } }),
    refetchInterval: ({ state: { data } }) =>
      data && !hasEnded(data) ? pollInterval(data.startedAt ?? data.createdAt, Date.now()) : false,
  });
}

/** Its storyboard with prices; a film that was never planned has none. */
export function useStoryboard(id: string) {
  return useQuery(storyboardGetOptions({ path: { id } }));
}
