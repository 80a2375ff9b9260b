import { expect, test, vi } from "vitest";
import { aWorld, settled } from "@/test/world";
import { keepConnected, waitAfter } from "./connection";

const listener = () => ({ opened: vi.fn(), closed: vi.fn(), said: vi.fn() });

test("waits grow to two minutes, and differ from browser to browser", () => {
  expect([0, 1, 2, 20].map((failures) => waitAfter(failures, 1))).toEqual([
    1000, 2000, 4000, 120_000,
  ]);
  expect(waitAfter(2, 0)).toBe(2000);
});

test("what is said is heard, and a connection that ends is followed by another", async () => {
  const { world, sockets, addresses, pass } = aWorld();
  const heard = listener();
  keepConnected(world, heard);
  await settled();
  sockets[0]?.open();
  sockets[0]?.say("hint");
  expect(heard.said).toHaveBeenCalledWith("hint");
  await pass(60_000);
  sockets[0]?.close();
  expect(heard.closed).toHaveBeenCalledOnce();
  await pass(999);
  expect(sockets).toHaveLength(1);
  await pass(1);
  expect(sockets).toHaveLength(2);
  expect(new Set(addresses).size).toBe(2);
});

test("without a ticket, or when the socket is refused, it is tried ever more seldom", async () => {
  const without = aWorld({ refuses: true });
  keepConnected(without.world, listener());
  await settled();
  for (const wait of [1000, 2000, 4000]) await without.pass(wait);
  expect([without.addresses.length, without.sockets.length]).toEqual([4, 0]);

  const refused = aWorld();
  keepConnected(refused.world, listener());
  await settled();
  for (const wait of [1000, 2000, 4000]) {
    refused.sockets.at(-1)?.close();
    await refused.pass(wait);
  }
  expect(refused.sockets).toHaveLength(4);
});

test("one that is accepted and closed at once is no reason to hurry", async () => {
  const { world, sockets, pass } = aWorld();
  keepConnected(world, listener());
  await settled();
  for (const wait of [1000, 2000]) {
    sockets.at(-1)?.open();
    sockets.at(-1)?.close();
    await pass(wait);
  }
  sockets.at(-1)?.close();
  await pass(3999);
  expect(sockets).toHaveLength(3);
});

test("what is stopped stays so", async () => {
  const { world, sockets, pass } = aWorld();
  const stop = keepConnected(world, listener());
  await settled();
  stop();
  expect(sockets[0]?.isClosed).toBe(true);
  await pass(600_000);
  expect(sockets).toHaveLength(1);

  const early = aWorld();
  keepConnected(early.world, listener())();
  await settled();
  expect(early.sockets).toHaveLength(0);
});
