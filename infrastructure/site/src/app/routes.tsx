import type { QueryClient } from "@tanstack/react-query";
import { createBrowserRouter, type RouteObject } from "react-router";
import { earlyRequests } from "@/app/early";
import { ErrorPage } from "@/app/error-page";
import { NotFoundPage } from "@/app/not-found-page";
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
              lazy: () => import("@/features/gallery/gallery-page"),
            },
            {
              path: "watch/:id",
              loader: early.watch,
              lazy: () => import("@/features/watch/watch-page"),
            },
            {
              Component: SignedIn,
              children: [
                { path: "create", lazy: () => import("@/features/create/create-page") },
                { path: "upload", lazy: () => import("@/features/upload/upload-page") },
                { path: "account", lazy: () => import("@/features/account/account-page") },
                { path: "admin", lazy: () => import("@/features/admin/admin-page") },
                { path: "films", lazy: () => import("@/features/films/films-page") },
                {
                  path: "films/:id/storyboard",
                  lazy: () => import("@/features/storyboard/storyboard-page"),
                },
                {
                  path: "films/:id",
                  loader: early.film,
                  lazy: () => import("@/features/film/film-page"),
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
