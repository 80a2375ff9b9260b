import { expect, test } from "vitest";
import { keepLinks } from "./steady-links";

const BEGAN = Date.UTC(2026, 10, 29, 8);
const link = (file: string, minute: string) =>
  `https://bucket.test/${file}?X-Amz-Date=20261129T08${minute}00Z&X-Amz-Expires=3600&X-Amz-Signature=${minute}`;
const film = (file: string, minute: string, progress: number) => ({
  progress,
  scenes: [{ posterUrl: link(file, minute), title: "A boat" }],
});
const after = (minutes: number) => BEGAN + minutes * 60_000;

test("a link to the same file stays while half of its time is left, and nothing else does", () => {
  const [before, found] = [film("1.jpg", "00", 10), film("1.jpg", "05", 20)];
  expect(keepLinks(before, found, after(5))).toEqual(film("1.jpg", "00", 20));
  expect(keepLinks(before, found, after(31))).toEqual(found);
});

test("another file has another link", () => {
  const found = film("2.jpg", "05", 10);
  expect(keepLinks(film("1.jpg", "00", 10), found, after(5))).toEqual(found);
});

test("what has not changed is the very same, and what came first is what it is", () => {
  const before = film("1.jpg", "00", 10);
  expect(keepLinks(before, film("1.jpg", "05", 10), after(5))).toBe(before);
  expect(keepLinks(undefined, before, after(5))).toBe(before);
});

test("text that is no signed link is always the new one", () => {
  const of = (url: string) => ({ url });
  const pairs = [
    ["a?b", "a?c"],
    ["http://a.test/x?v=1", "http://a.test/x?v=2"],
  ] as const;
  for (const [before, found] of pairs)
    expect(keepLinks(of(before), of(found), BEGAN)).toEqual(of(found));
});
