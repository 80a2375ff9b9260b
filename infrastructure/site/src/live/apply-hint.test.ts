import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import { jobsGetQueryKey, jobsListQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import { aJob } from "@/test/factories";
import { aWorld, settled } from "@/test/world";
import { hintSink } from "./apply-hint";
import { follow, unfollow } from "./background";

afterEach(() => void vi.restoreAllMocks());

const job = aJob();
const version = Date.parse(job.updatedAt);
const queryKey = jobsGetQueryKey({ path: { id: job.jobId } });
const hint = { kind: "film", id: job.jobId, version: version + 1 } as const;

/** A page that shows the film and one that shows the list. */
function aPage() {
  const { world, pass } = aWorld();
  const cache = new QueryClient();
  const film = vi.fn(async () => job);
  const list = vi.fn(async () => []);
  cache.setQueryData(queryKey, job);
  const rest = { staleTime: Number.POSITIVE_INFINITY };
  new QueryObserver(cache, { queryKey, queryFn: film, ...rest }).subscribe(() => {});
  const listKey = [{ ...jobsListQueryKey()[0], _infinite: true }];
  cache.setQueryData(listKey, []);
  new QueryObserver(cache, { queryKey: listKey, queryFn: list, ...rest }).subscribe(() => {});
  return { pass, film, list, sink: hintSink(cache, world) };
}

test("what a hint names is asked for again, and its list", async () => {
  const { film, list, sink } = aPage();
  sink.hint(hint);
  await settled();
  expect([film.mock.calls.length, list.mock.calls.length]).toEqual([1, 1]);
});

test("a hint of what is known, or of another film, asks for no film", async () => {
  const { film, list, sink } = aPage();
  sink.hint({ ...hint, version });
  expect(list).not.toHaveBeenCalled();
  sink.hint({ ...hint, id: "another" });
  await settled();
  expect([film.mock.calls.length, list.mock.calls.length]).toEqual([0, 1]);
});

test("of many hints at once two are followed, the second when a second has passed", async () => {
  const { film, sink, pass } = aPage();
  for (let at = 1; at <= 9; at++) sink.hint({ ...hint, version: version + at });
  await settled();
  expect(film).toHaveBeenCalledTimes(1);
  await pass(1000);
  expect(film).toHaveBeenCalledTimes(2);
  await pass(10_000);
  expect(film).toHaveBeenCalledTimes(2);
});

test("what was told before the connection was there is asked for", async () => {
  const { film, list, sink } = aPage();
  sink.opened();
  await settled();
  expect([film.mock.calls.length, list.mock.calls.length]).toEqual([1, 1]);
});

test("a hidden page asks when it is looked at again", async () => {
  const { film, sink } = aPage();
  vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  sink.hint(hint);
  await settled();
  expect(film).not.toHaveBeenCalled();
});

test("unless its end is waited for", async () => {
  const { film, sink } = aPage();
  vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  follow(job.jobId);
  sink.hint(hint);
  await settled();
  unfollow(job.jobId);
  expect(film).toHaveBeenCalledOnce();
});
