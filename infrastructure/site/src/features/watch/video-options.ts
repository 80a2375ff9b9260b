import { galleryGetOptions, galleryStreamOptions } from "@/api/generated/@tanstack/react-query.gen";

/** A video; every request counts a view, so it is made once a visit. */
export function videoOptions(id: string) {
  return { ...galleryGetOptions({ path: { id } }), staleTime: Number.POSITIVE_INFINITY };
}

/** Links to it. */
export function streamOptions(id: string) {
  return { ...galleryStreamOptions({ path: { id } }), staleTime: 5 * 60_000 };
}
