import { defineConfig } from "@playwright/test";
import { MAKERS } from "./e2e/fixtures/session";
import { stack } from "./e2e/fixtures/stack";

const PORT = process.env["OMNIGEN_SITE_PORT"] ?? "4720";
/** A site that is served already; without it the tests serve the build themselves. */
const served = process.env["OMNIGEN_SITE"];
/** Tools that only read this file need no cloud. */
const api = process.env["OMNIGEN_STACK"] ? stack().apiUrl : "";
const origin = served ?? `http://127.0.0.1:${PORT}`;

export default defineConfig({
  testDir: "e2e",
  testMatch: "*.e2e.ts",
  outputDir: "test-results",
  // Films wait for one another more than they work: two journeys side by side take little longer.
  workers: MAKERS.length,
  timeout: 240_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    baseURL: origin,
    locale: "en-GB",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium-headless-shell",
      args: [
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
  projects: [
    { name: "sign-in", testMatch: "sign-in.setup.ts", fullyParallel: true },
    // Nobody can buy meanwhile, so it goes before those that do.
    { name: "switch", testMatch: "spending.switch.ts", dependencies: ["sign-in"] },
    { name: "journeys", dependencies: ["switch"] },
  ],
  webServer: served
    ? undefined
    : {
        command: "bun run preview",
        url: origin,
        env: { OMNIGEN_API: api, OMNIGEN_SITE_PORT: PORT },
        reuseExistingServer: true,
      },
});
