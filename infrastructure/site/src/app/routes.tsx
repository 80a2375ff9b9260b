import type { QueryClient } from "@tanstack/react-query";
import { createBrowserRouter, type RouteObject } from "react-router";
import { earlyRequests } from "@/app/early";
import { ErrorPage } from "@/app/error-page";
import { NotFoundPage } from "@/app/not-found-page";
import { page } from "@/app/page";
import { Shell } from "@/app/shell/shell";
import { SignedIn } from "@/app/shell/signed-in";
import { LandingPage } from "@/features/landing/landing-page";
import { awaitHeading } from "@/lib/arrival";
import { Skeleton } from "@/ui/skeleton";

/** What is there within the shell before the first page is. */
function Arriving() {
  return <Skeleton className="h-64" />;
}

/** The whole map. */
export function routes(cache: QueryClient): RouteObject[] {
  const early = earlyRequests(cache);
  return [
    {
      Component: Shell,
      ErrorBoundary: ErrorPage,
      children: [
        {
          ErrorBoundary: ErrorPage,
          HydrateFallback: Arriving,
          children: [
            { index: true, Component: LandingPage },
            {
              path: "gallery",
              loader: early.gallery,
              lazy: () => page(() => import("@/features/gallery/gallery-page")),
            },
            {
              path: "watch/:id",
              loader: early.watch,
              lazy: () => page(() => import("@/features/watch/watch-page")),
            },
            {
              Component: SignedIn,
              children: [
                { path: "create", lazy: () => page(() => import("@/features/create/create-page")) },
                { path: "upload", lazy: () => page(() => import("@/features/upload/upload-page")) },
                {
                  path: "account",
                  lazy: () => page(() => import("@/features/account/account-page")),
                },
                { path: "admin", lazy: () => page(() => import("@/features/admin/admin-page")) },
                { path: "films", lazy: () => page(() => import("@/features/films/films-page")) },
                {
                  path: "films/:id/storyboard",
                  lazy: () => page(() => import("@/features/storyboard/storyboard-page")),
                },
                {
                  path: "films/:id",
                  loader: early.film,
                  lazy: () => page(() => import("@/features/film/film-page")),
                },
              ],
            },
            { path: "*", Component: NotFoundPage },
          ],
        },
      ],
    },
  ];
}

export function createRouter(cache: QueryClient) {
  const router = createBrowserRouter(routes(cache));
  let shown = router.state.location.pathname;
  router.subscribe(({ location: { pathname } }) => {
    if (pathname === shown) return;
    shown = pathname;
    awaitHeading();
  });
  return router;
}
