import type { QueryClient } from "@tanstack/react-query";
import type { LoaderFunctionArgs } from "react-router";
import { jobsGetOptions } from "@/api/generated/@tanstack/react-query.gen";
import { galleryOptions } from "@/features/gallery/gallery-queries";
import { streamOptions, videoOptions } from "@/features/watch/video-options";

/** What pages ask for first: it is asked for while they themselves are fetched. */
export function earlyRequests(cache: QueryClient) {
  const early = (ask: (id: string, search: URLSearchParams) => void) => {
    return ({ params, request }: LoaderFunctionArgs) => {
      ask(params["id"] ?? "", new URL(request.url).searchParams);
      // The page waits for nothing of it: it shows how it stands.
      return null;
    };
  };
  return {
    film: early((id) => void cache.prefetchQuery(jobsGetOptions({ path: { id } }))),
    gallery: early((_, search) => {
      void cache.prefetchInfiniteQuery(galleryOptions(search.get("q") ?? ""));
    }),
    watch: early((id) => {
      void cache.prefetchQuery(videoOptions(id));
      void cache.prefetchQuery(streamOptions(id));
    }),
  };
}
