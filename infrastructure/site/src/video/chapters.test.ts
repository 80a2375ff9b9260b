import { expect, test } from "vitest";
import { aPlannedScene } from "@/test/factories";
import { chapterAt, chaptersOf } from "./chapters";

const scenes = [aPlannedScene(1, 5), aPlannedScene(2, 6), aPlannedScene(3, 5)];

test("scenes overlap by what they are longer together than the film", () => {
  const startsOf = (seconds: number) => chaptersOf({ scenes, seconds }).map(({ start }) => start);
  expect(startsOf(14)).toEqual([0, 4, 9]);
  expect(startsOf(16)).toEqual([0, 5, 11]);
});

test("a chapter lasts until the next begins, the last until the film ends", () => {
  expect(chaptersOf({ scenes, seconds: 14 }).map(({ end }) => end)).toEqual([4, 9, 14]);
});

test("a chapter has the still of its scene, whatever the order is", () => {
  const made = [{ index: 3, posterUrl: "third" }, { index: 1 }];
  const pictures = chaptersOf({ scenes, seconds: 14 }, made).map(({ picture }) => picture);
  expect(pictures).toEqual([null, null, "third"]);
});

test("a time is in the last chapter that began before it", () => {
  const chapters = chaptersOf({ scenes, seconds: 16 });
  expect([0, 4.9, 5, 12].map((time) => chapterAt(chapters, time))).toEqual([0, 0, 1, 2]);
});
