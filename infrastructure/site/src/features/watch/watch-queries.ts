import { useQuery } from "@tanstack/react-query";
import { galleryGetOptions, galleryStreamOptions } from "@/api/generated/@tanstack/react-query.gen";

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
