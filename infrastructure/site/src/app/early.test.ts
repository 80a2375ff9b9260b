import { createMemoryRouter } from "react-router";
import { afterEach, expect, test, vi } from "vitest";
import { setUpClient } from "@/api/setup";
import { ARRIVALS } from "../../scripts/page-hints.ts";
import { createQueryClient } from "./query-client";
import { routes } from "./routes";

afterEach(() => vi.unstubAllGlobals());

/** What is asked for of the API while the page of an address is fetched. */
async function askedFor(address: string): Promise<string[]> {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(pathname + search);
    return new Response("{}", { headers: { "Content-Type": "application/json" } });
  });
  setUpClient();
  const router = createMemoryRouter(routes(createQueryClient()), { initialEntries: [address] });
  await vi.waitFor(() => expect(asked).not.toEqual([]));
  router.dispose();
  return asked;
}

test("a page's first request does not wait for the page", async () => {
  expect(await askedFor("/films/7")).toEqual(["/api/v1/jobs/7"]);
  expect(await askedFor("/watch/7")).toEqual([
    "/api/gallery/videos/7",
    "/api/gallery/videos/7/stream",
  ]);
});

test("the gallery is asked for with the words of the address", async () => {
  expect(await askedFor("/gallery?q=boat")).toEqual([
    "/api/gallery/videos?visibility=public&limit=24&search=boat",
  ]);
});

test("the first page asks for the same, beside the site's own files", async () => {
  for (const [start, { asks = [] }] of Object.entries(ARRIVALS)) {
    if (asks.length === 0) continue;
    const address = start.endsWith("/") ? `${start}7` : start;
    expect(await askedFor(address)).toEqual(asks.map((ask) => ask.replace(":id", "7")));
  }
});
