import { expect, test } from "vitest";
import { chapterAt, chaptersOf } from "./chapters";

const scenes = [
  { title: "a", seconds: 5 },
  { title: "b", seconds: 6 },
  { title: "c", seconds: 5 },
];

test("scenes overlap by what they are longer together than the film", () => {
  expect(chaptersOf(scenes, 14).map(({ start }) => start)).toEqual([0, 4, 9]);
  expect(chaptersOf(scenes, 16).map(({ start }) => start)).toEqual([0, 5, 11]);
});

test("a time is in the last chapter that began before it", () => {
  const chapters = chaptersOf(scenes, 16);
  expect([0, 4.9, 5, 12].map((time) => chapterAt(chapters, time))).toEqual([0, 0, 1, 2]);
});
