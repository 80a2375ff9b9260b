import { beforeEach, expect, test } from "vitest";
import { FRESH, filmDraft } from "./film-draft";

const KEY = "omnigen.film-draft";
beforeEach(() => localStorage.clear());

test("without a draft there are the API's defaults", () => {
  expect(filmDraft.read()).toEqual(FRESH);
});

test("a bad value loses no other, and unknown ones are dropped", () => {
  const kept = { prompt: "short", scenes: 99, aspectRatio: "9:16", unknown: 1 };
  localStorage.setItem(KEY, JSON.stringify(kept));
  expect(filmDraft.read()).toEqual({ ...FRESH, prompt: "short", aspectRatio: "9:16" });
});

test("a broken text counts as no draft", () => {
  localStorage.setItem(KEY, "{");
  expect(filmDraft.read()).toEqual(FRESH);
});
