import { beforeEach, expect, test } from "vitest";
import type { Storyboard } from "@/api/generated/types.gen";
import { editOf, keptEdit } from "./storyboard-view";

const scene = {
  index: 1,
  title: "a",
  description: "b",
  camera: "c",
  seconds: 6,
  transition: "fade",
} as const;
const storyboard: Storyboard = {
  ...{ version: 2, author: "rules", editable: true, seconds: 6, priceNanoUsd: 5 },
  scenes: [{ ...scene, priceNanoUsd: 5 }],
  music: { description: "", priceNanoUsd: 0 },
};

beforeEach(() => localStorage.clear());

test("a silent film has no music to change", () => {
  expect(editOf(storyboard)).toMatchObject({ version: 2, music: null });
});

test("unsaved changes are kept, words that break a rule as well", () => {
  const edit = editOf(storyboard);
  edit.scenes[0] = { ...scene, title: "" };
  keptEdit("x", storyboard).write(edit);
  expect(keptEdit("x", storyboard).read().scenes[0]?.title).toBe("");
});

test("changes of an older version count as nothing", () => {
  keptEdit("x", storyboard).write({ ...editOf(storyboard), version: 1, scenes: [] });
  expect(keptEdit("x", storyboard).read()).toEqual(editOf(storyboard));
});
