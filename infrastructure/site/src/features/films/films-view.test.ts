import { expect, test } from "vitest";
import { aJob } from "@/test/factories";
import { FILM_STATUS } from "@/video/status-words";
import { filmRows, isUnderWay, STATUSES, shownOf } from "./films-view";

test("films get the pictures that come beside them", () => {
  const [one, two] = [aJob({ jobId: "1" }), aJob({ jobId: "2" })];
  const rows = filmRows({ jobs: [one, two], thumbnails: [{ jobId: "2", url: "picture" }] });
  expect(rows.map(({ poster }) => poster)).toEqual([null, "picture"]);
});

test("an address shows what it names, and all films otherwise", () => {
  const shown = (search: string) => shownOf(new URLSearchParams(search));
  expect(shown("show=stopped")).toBe("stopped");
  for (const other of ["", "show=", "show=failed", "tab=videos"])
    expect(shown(other)).toBeUndefined();
});

test("each film is looked for in one way", () => {
  const statuses = Object.values(STATUSES).flat();
  expect(statuses.toSorted()).toEqual(Object.keys(FILM_STATUS).toSorted());
});

test("a film that waits for its owner is not under way", () => {
  expect(isUnderWay(aJob({ status: "awaiting_review" }))).toBe(false);
  expect(isUnderWay(aJob({ status: "pending" }))).toBe(true);
});
