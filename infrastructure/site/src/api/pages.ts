import type { InfiniteData } from "@tanstack/react-query";

interface Page {
  nextCursor?: string | null;
}

/** How lists with a cursor go on. */
export const byCursor = {
  initialPageParam: {},
  getNextPageParam: ({ nextCursor }: Page) =>
    nextCursor ? { query: { cursor: nextCursor } } : undefined,
};

/** All rows that were fetched so far. */
export function rowsOf<P, Row>(data: InfiniteData<P, unknown>, rows: (page: P) => Row[]): Row[] {
  return data.pages.flatMap(rows);
}
