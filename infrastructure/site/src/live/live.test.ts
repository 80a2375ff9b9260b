import { expect, test, vi } from "vitest";
import { aWorld, settled } from "@/test/world";
import { createLive } from "./live";

function aLive() {
  const browser = aWorld();
  const sink = { opened: vi.fn(), hint: vi.fn() };
  return { ...browser, sink, live: createLive(browser.world, sink) };
}

test("all that listen share a connection, and are told when it opens and closes", async () => {
  const { live, sockets, sink } = aLive();
  const [one, other] = [vi.fn(), vi.fn()];
  live.subscribe(one);
  live.subscribe(other);
  await settled();
  expect(sockets).toHaveLength(1);
  sockets[0]?.open();
  expect([live.isOpen(), one.mock.calls.length, other.mock.calls.length]).toEqual([true, 1, 1]);
  expect(sink.opened).toHaveBeenCalledOnce();
  sockets[0]?.say('{"jobId":"a","version":1}');
  sockets[0]?.say("nonsense");
  expect(sink.hint.mock.calls).toEqual([[{ kind: "film", id: "a", version: 1 }]]);
  sockets[0]?.close();
  expect(live.isOpen()).toBe(false);
});

test("the connection outlives a change of page, and ends when nothing listens", async () => {
  const { live, sockets, pass } = aLive();
  const leave = live.subscribe(() => {});
  await settled();
  leave();
  await pass(5_000);
  const leaveAgain = live.subscribe(() => {});
  await pass(60_000);
  expect(sockets.map(({ isClosed }) => isClosed)).toEqual([false]);
  leaveAgain();
  await pass(10_000);
  expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true]);
  await pass(600_000);
  expect(sockets).toHaveLength(1);
});
