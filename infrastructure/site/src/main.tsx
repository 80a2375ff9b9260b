import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { onSessionOver } from "@/api/renewal";
import { forgetSession } from "@/api/session";
import { setUpClient } from "@/api/setup";
import { createQueryClient } from "@/app/query-client";
import { reportError } from "@/app/report-error";
import { createRouter } from "@/app/routes";
import { breathe } from "@/lib/idle";
import { showTheme, theme } from "@/lib/theme";
import { hintSink } from "@/live/apply-hint";
import { clock } from "@/live/clock";
import { hintsTo } from "@/live/live";
import { messages } from "../locales/en.po";
import "@/styles/index.css";

showTheme(theme());
i18n.loadAndActivate({ locale: "en", messages });
setUpClient();

const cache = createQueryClient();
hintsTo(hintSink(cache, clock));
onSessionOver(() => forgetSession(cache));
window.addEventListener("error", (event) => reportError(event.error));
window.addEventListener("unhandledrejection", (event) => reportError(event.reason));

/** In steps, between which the browser can scroll and answer. */
async function begin(root: HTMLElement): Promise<void> {
  await breathe();
  const router = createRouter(cache);
  await breathe();
  const site = (
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <QueryClientProvider client={cache}>
          <RouterProvider router={router} onError={reportError} />
        </QueryClientProvider>
      </I18nProvider>
    </StrictMode>
  );
  // A transition is drawn bit by bit.
  startTransition(() => createRoot(root).render(site));
}

const root = document.getElementById("root");
if (root) void begin(root);
