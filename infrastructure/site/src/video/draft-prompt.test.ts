import { beforeEach, expect, test } from "vitest";
import { draftPrompt } from "./draft-prompt";
import { FRESH, filmDraft } from "./film-draft";

beforeEach(() => localStorage.clear());

test("a prompt that is written alone leaves the rest of the draft", () => {
  filmDraft.write({ ...FRESH, scenes: 3 });
  draftPrompt.write("A paper boat");
  expect(draftPrompt.read()).toBe("A paper boat");
  expect(filmDraft.read()).toEqual({ ...FRESH, scenes: 3, prompt: "A paper boat" });
});

test("a draft that cannot be read has no prompt", () => {
  localStorage.setItem("omnigen.film-draft", "[7");
  expect(draftPrompt.read()).toBe("");
  draftPrompt.write("A kite");
  expect(draftPrompt.read()).toBe("A kite");
});
