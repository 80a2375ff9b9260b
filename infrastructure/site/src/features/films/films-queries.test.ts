import { QueryClient } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import { setUpClient } from "@/api/setup";
import { madeFilmsOptions } from "./films-queries";
import type { Shown } from "./films-view";

afterEach(() => vi.unstubAllGlobals());

/** What is asked for of the API. */
async function askedFor(shown: Shown | undefined): Promise<string[]> {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(pathname + search);
    const headers = { "Content-Type": "application/json" };
    return new Response('{"jobs": [], "thumbnails": []}', { headers });
  });
  setUpClient();
  await new QueryClient().fetchInfiniteQuery(madeFilmsOptions(shown));
  return asked;
}

test("films are asked for by their statuses", async () => {
  expect(await askedFor("stopped")).toEqual(["/api/v1/jobs?limit=24&status=failed,cancelled"]);
  expect(await askedFor(undefined)).toEqual(["/api/v1/jobs?limit=24"]);
});
