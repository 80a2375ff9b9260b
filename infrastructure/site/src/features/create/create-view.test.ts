import { expect, test } from "vitest";
import { FRESH } from "@/video/film-draft";
import { isAsQuoted } from "./create-view";

test("a quote is of the film as it was; whether it is reviewed costs nothing", () => {
  expect(isAsQuoted(FRESH, { ...FRESH })).toBe(true);
  expect(isAsQuoted({ ...FRESH, scenes: 3 }, FRESH)).toBe(false);
  expect(isAsQuoted({ ...FRESH, review: true }, FRESH)).toBe(true);
  expect(isAsQuoted(FRESH, undefined)).toBe(false);
});
