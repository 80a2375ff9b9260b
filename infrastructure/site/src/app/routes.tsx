import { createBrowserRouter, type RouteObject } from "react-router";
import { ErrorPage } from "@/app/error-page";
import { NotFoundPage } from "@/app/not-found-page";
import { Shell } from "@/app/shell/shell";
import { SignedIn } from "@/app/shell/signed-in";

/** What is there before the first page is. */
function Nothing() {
  return null;
}

/** The whole map. */
export function routes(): RouteObject[] {
  return [
    {
      Component: Shell,
      ErrorBoundary: ErrorPage,
      HydrateFallback: Nothing,
      children: [
        {
          ErrorBoundary: ErrorPage,
          children: [
            { index: true, lazy: () => import("@/features/landing/landing-page") },
            {
              Component: SignedIn,
              children: [
                { path: "create", lazy: () => import("@/features/create/create-page") },
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
  return createBrowserRouter(routes());
}
