import { createBrowserRouter, type RouteObject } from "react-router";
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
export function routes(): RouteObject[] {
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
            { path: "gallery", lazy: () => import("@/features/gallery/gallery-page") },
            { path: "watch/:id", lazy: () => import("@/features/watch/watch-page") },
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
                { path: "films/:id", lazy: () => import("@/features/film/film-page") },
              ],
            },
            { path: "*", Component: NotFoundPage },
          ],
        },
      ],
    },
  ];
}

export function createRouter() {
  const router = createBrowserRouter(routes());
  let shown = router.state.location.pathname;
  router.subscribe(({ location: { pathname } }) => {
    if (pathname === shown) return;
    shown = pathname;
    awaitHeading();
  });
  return router;
}
