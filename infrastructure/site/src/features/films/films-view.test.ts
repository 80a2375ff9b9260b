import { expect, test } from "vitest";
import { aJob } from "@/test/factories";
import { filmRows, isUnderWay } from "./films-view";

test("films get the pictures that come beside them", () => {
  const [one, two] = [aJob({ jobId: "1" }), aJob({ jobId: "2" })];
  const rows = filmRows({ jobs: [one, two], thumbnails: [{ jobId: "2", url: "picture" }] });
  expect(rows.map(({ poster }) => poster)).toEqual([null, "picture"]);
});

test("a film that waits for its owner is not under way", () => {
  expect(isUnderWay(aJob({ status: "awaiting_review" }))).toBe(false);
  expect(isUnderWay(aJob({ status: "pending" }))).toBe(true);
});
