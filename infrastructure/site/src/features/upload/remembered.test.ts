import { beforeEach, expect, test } from "vitest";
import { begunOf, forget, remember, unfinished } from "./remembered";

const NOW = 1_000;
const file = { name: "a.mp4", size: 9, lastModified: 5 };
const begun = { ...file, uploadId: "u", key: "k", partSize: 8, expiresAt: 2_000 };

beforeEach(() => localStorage.clear());

test("the same file goes on, another of its name does not", () => {
  remember(begun, NOW);
  expect(begunOf(file, NOW)).toEqual(begun);
  expect(begunOf({ ...file, size: 10 }, NOW)).toBeUndefined();
});

test("what has expired cannot go on", () => {
  remember(begun, NOW);
  expect(unfinished(2_000)).toEqual([]);
});

test("what was completed or given up is forgotten", () => {
  remember(begun, NOW);
  forget("u");
  expect(unfinished(NOW)).toEqual([]);
});

test("what cannot be read is nothing", () => {
  localStorage.setItem("omnigen.uploads", JSON.stringify([{ name: "a.mp4" }, 7]));
  expect(unfinished(NOW)).toEqual([]);
});
