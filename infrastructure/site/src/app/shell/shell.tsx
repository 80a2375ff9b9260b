import { Trans } from "@lingui/react/macro";
import { Suspense } from "react";
import { Outlet, ScrollRestoration } from "react-router";
import { LiveRegion } from "@/app/live-region";
import { Header } from "@/app/shell/header";
import { OfflineBar } from "@/app/shell/offline-bar";
import { Shortcuts } from "@/app/shell/shortcuts";
import { lazily } from "@/lib/lazily";
import { useToastsWanted } from "@/lib/toasts";

const Toaster = lazily(async () => (await import("sonner")).Toaster);

/** What is around every page. */
export function Shell() {
  return (
    <div className="mx-auto flex min-h-dvh max-w-6xl flex-col px-4 pb-24 sm:pb-10">
      <a
        href="#main"
        className="absolute left-4 z-50 -translate-y-20 rounded-lg bg-accent px-4 py-3 text-on-accent focus:translate-y-2"
      >
        <Trans>Skip to content</Trans>
      </a>
      <Header />
      <OfflineBar />
      <main id="main" tabIndex={-1} className="grow pt-4 sm:pt-8">
        <Outlet />
      </main>
      <LiveRegion />
      <Shortcuts />
      <Toasts />
      <ScrollRestoration />
    </div>
  );
}

function Toasts() {
  if (!useToastsWanted()) return null;
  return (
    <Suspense>
      <Toaster position="bottom-center" offset={{ bottom: "5rem" }} theme="system" />
    </Suspense>
  );
}
