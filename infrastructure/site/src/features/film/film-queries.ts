import { useQuery } from "@tanstack/react-query";
import { jobsGetOptions, storyboardGetOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Job } from "@/api/generated/types.gen";
import { useIsFollowed } from "@/live/background";
import { useLive } from "@/live/live";
import { pollInterval } from "@/live/poll-interval";
import { hasEnded } from "./film-view";

/** A film, asked for again when it changes and until it has ended; while the page is hidden only if its end is waited for. */
export function useFilm(id: string) {
  const isLive = useLive();
  const isFollowed = useIsFollowed(id);
  return useQuery({
    ...jobsGetOptions({ path: { id } }),
    refetchIntervalInBackground: isFollowed,
    refetchInterval: ({ state: { data } }) =>
      data && !hasEnded(data) ? pollInterval(begunAt(data), Date.now(), isLive) : false,
  });
}

/** When the work that goes on began; of a change it is known only when it last went on. */
function begunAt({ change, startedAt, createdAt, updatedAt }: Job): string {
  return change ? updatedAt : (startedAt ?? createdAt);
}

/** Its storyboard with prices; a film that was never planned has none. */
export function useStoryboard(id: string, isWanted = true) {
  return useQuery({ ...storyboardGetOptions({ path: { id } }), enabled: isWanted });
}
