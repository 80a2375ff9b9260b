import { useQuery } from "@tanstack/react-query";
import {
  galleryGetOptions,
  galleryStreamOptions,
  jobsGetOptions,
  storyboardGetOptions,
} from "@/api/generated/@tanstack/react-query.gen";
import type { Job, Video } from "@/api/generated/types.gen";
import { type Chapter, chaptersOf } from "@/video/chapters";
import { filmOf } from "./watch-view";

/** A video; every request counts a view, so it is made once a visit. */
export function useVideo(id: string) {
  return useQuery({ ...galleryGetOptions({ path: { id } }), staleTime: Number.POSITIVE_INFINITY });
}

/** Links to it, anew before they expire. */
export function useStream(id: string) {
  return useQuery({
    ...galleryStreamOptions({ path: { id } }),
    staleTime: 5 * 60_000,
    refetchInterval: ({ state: { data } }) => (data ? (data.expiresIn - 60) * 1000 : false),
  });
}

/** The film that a video shows, as its owner may see it. */
export interface Origin {
  film: Job;
  chapters: Chapter[];
}

export function useOrigin(video: Video): Origin | null {
  const id = filmOf(video);
  const wanted = { path: { id: id ?? "" } };
  const film = useQuery({ ...jobsGetOptions(wanted), enabled: id !== null });
  const storyboard = useQuery({ ...storyboardGetOptions(wanted), enabled: id !== null });
  if (!film.data || !storyboard.data) return null;
  return { film: film.data, chapters: chaptersOf(storyboard.data, film.data.scenes ?? []) };
}
