import { galleryListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { byCursor } from "@/api/pages";

/** Everybody's videos; only those with the words, if there are any. */
export function galleryOptions(words: string) {
  const query = { visibility: "public", limit: 24, ...(words ? { search: words } : {}) } as const;
  return { ...galleryListInfiniteOptions({ query }), ...byCursor };
}
