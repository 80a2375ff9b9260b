import { useQuery } from "@tanstack/react-query";
import { jobsGetOptions, storyboardGetOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Job, Video } from "@/api/generated/types.gen";
import { type Chapter, chaptersOf } from "@/video/chapters";
import { streamOptions } from "./video-options";
import { filmOf } from "./watch-view";

/** Links to it, anew before they expire. */
export function useStream(id: string) {
  return useQuery({
    ...streamOptions(id),
    refetchInterval: ({ state: { data } }) => (data ? (data.expiresIn - 60) * 1000 : false),
  });
}

/** A film that was made here, as far as it is known. */
export interface Origin {
  id: string;
  film: Job | undefined;
  chapters: Chapter[];
}

/** The film that a video shows, as its owner may see it. */
export function useOrigin(video: Video): Origin | null {
  const id = filmOf(video);
  const wanted = { path: { id: id ?? "" } };
  const film = useQuery({ ...jobsGetOptions(wanted), enabled: id !== null });
  const storyboard = useQuery({ ...storyboardGetOptions(wanted), enabled: id !== null });
  if (id === null || film.error) return null;
  const scenes = film.data?.scenes ?? [];
  const chapters = storyboard.data ? chaptersOf(storyboard.data, scenes) : [];
  return { id, film: film.data, chapters };
}
