import { expect, test } from "vitest";
import { pollInterval } from "./poll-interval";

const BEGAN = "2026-11-29T08:00:00.000Z";
const after = (seconds: number, isLive = false) =>
  pollInterval(BEGAN, Date.parse(BEGAN) + seconds * 1000, isLive);

test("what is young is asked for often, what is old seldom", () => {
  expect([after(0), after(59), after(60), after(299), after(300)]).toEqual([
    2000, 2000, 5000, 5000, 15000,
  ]);
});

test("where hints come it is asked for seldom from the beginning", () => {
  expect([after(0, true), after(600, true)]).toEqual([30_000, 30_000]);
});
