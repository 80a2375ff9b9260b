import { lingui } from "@lingui/vite-plugin";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { ProxyOptions, Rolldown } from "vite";
import { defineConfig } from "vitest/config";
import { pageHints } from "./scripts/page-hints.ts";

/**
 * `OMNIGEN_API` is the address that the API's paths are added to, such as the local
 * cloud's gateway with its stage. Vite's proxy makes site and API one origin, as the
 * distribution does, so that the session's cookies are sent.
 */
function proxy(): Record<string, ProxyOptions> {
  const api = process.env["OMNIGEN_API"];
  if (!api) return {};
  const { origin, pathname } = new URL(api);
  const prefix = pathname.replace(/\/$/, "");
  const front = { target: origin, changeOrigin: true, rewrite: (path: string) => prefix + path };
  return { "/api": front, "/v/": front, "/embed/": front };
}

/**
 * The policy that the distribution sends (template.yaml), with the local cloud's origin in
 * the place of the bucket's: what it refuses is an error in the console, and fails a test.
 */
function policy(): string {
  const api = process.env["OMNIGEN_API"];
  const bucket = api ? new URL(api).origin : "";
  return [
    "default-src 'self'",
    `img-src 'self' data: blob: ${bucket}`,
    `media-src 'self' blob: ${bucket}`,
    "worker-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    // The local cloud's sockets are at the same host and port.
    `connect-src 'self' ${bucket} ${bucket.replace("http", "ws")}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "form-action 'self'",
  ].join("; ");
}

/** Parts of the site that are small, and draw in nothing large. */
const SMALL =
  /src\/(api\/(?!generated)|lib\/|live\/|ui\/(?!menu\.|modal)|video\/(?!player\/(skinned|hls|arrive|text)|edit-form|film-draft))|lucide-react\/.*\/icons\/|@tanstack\//;

/** What a page with a form draws in. */
const FORMS = /src\/forms\/|src\/video\/film-draft|zod|hookform|react-hook-form/;

/**
 * A file costs a phone a journey, so what is fetched together is one: React (it changes more
 * seldom than the rest, and is kept by browsers meanwhile), what is there on every page, and
 * the small parts that pages share.
 */
const GROUPS: Rolldown.CodeSplittingGroup[] = [
  { name: "react", test: /node_modules\/(react|react-dom|scheduler)\//, priority: 3 },
  { name: "shell", tags: ["$initial"], priority: 2 },
  { name: "forms", test: FORMS, priority: 1 },
  { name: "parts", test: SMALL, priority: 1, minShareCount: 2 },
];

const server = {
  host: process.env["OMNIGEN_SITE_HOST"] ?? "127.0.0.1",
  port: Number(process.env["OMNIGEN_SITE_PORT"] ?? 4720),
  strictPort: true,
  proxy: proxy(),
};

export default defineConfig({
  plugins: [react(), tailwindcss(), lingui({ macroTransform: true }), pageHints()],
  resolve: { tsconfigPaths: true },
  server,
  preview: { ...server, headers: { "Content-Security-Policy": policy() } },
  build: {
    target: "es2023",
    // Below /assets/ the distribution has the films.
    assetsDir: "static",
    manifest: true,
    sourcemap: false,
    rolldownOptions: { output: { codeSplitting: { groups: GROUPS } } },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: "src/test/setup.ts",
  },
});
