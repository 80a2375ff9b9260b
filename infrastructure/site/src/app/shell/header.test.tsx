import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { expectSession, forgetSession } from "@/api/session";
import { Header } from "./header";

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal("fetch", () => new Promise(() => {}));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show() {
  const cache = new QueryClient();
  render(
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={cache}>
        <MemoryRouter>
          <Header />
        </MemoryRouter>
      </QueryClientProvider>
    </I18nProvider>,
  );
  return cache;
}

const signIn = () => screen.queryByRole("link", { name: "Sign in" });

test("who never signed in can do so at once, before the session is known", () => {
  show();
  expect(signIn()).not.toBeNull();
});

test("who was signed in sees nobody's button until it is known", async () => {
  expectSession(true);
  const cache = show();
  expect(signIn()).toBeNull();
  forgetSession(cache);
  expect(await screen.findByRole("link", { name: "Sign in" })).toBeDefined();
});
