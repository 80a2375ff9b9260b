import { expect, test } from "vitest";
import { bytes, clock, dollars, duration } from "./format";

test("small amounts of money keep the digits that tell something", () => {
  expect([0, 12_000_000, 1_250_000_000].map(dollars)).toEqual(["$0.00", "$0.012", "$1.25"]);
});

test("times are said as a person would", () => {
  expect([0, 40, 89, 90, 5400].map(duration)).toEqual([
    "0 sec",
    "40 sec",
    "89 sec",
    "2 min",
    "1.5 hr",
  ]);
});

test("a length is shown as players do", () => {
  expect([5, 65, 3723].map(clock)).toEqual(["0:05", "1:05", "1:02:03"]);
});

test("sizes have a unit that fits", () => {
  expect([0, 999, 12_345_678].map(bytes)).toEqual(["0 byte", "999 byte", "12.3 MB"]);
});
