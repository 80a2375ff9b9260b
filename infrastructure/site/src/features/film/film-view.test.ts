import { expect, test } from "vitest";
import type { Storyboard, StoryboardScene } from "@/api/generated/types.gen";
import { aJob, aScene, aTake } from "@/test/factories";
import { costsOf, filmView, hasEnded, newsOf, priceToGoOn, sceneState } from "./film-view";

function states(job = aJob()) {
  const view = filmView(job);
  return view.kind === "making" ? view.steps.map(({ name, state }) => `${name} ${state}`) : [];
}

test("steps before the stage are done, those after it come later", () => {
  expect(states()).toEqual([
    "queued done",
    "storyboard done",
    "scenes now",
    "music now",
    "cut later",
  ]);
  expect(states(aJob({ stage: "queued" }))[0]).toBe("queued now");
});

test("music has a state of its own, and no step in a silent film", () => {
  expect(states(aJob({ soundtrack: "ready" }))).toContain("music done");
  expect(states(aJob({ soundtrack: "failed" }))).toContain("music failed");
  expect(states(aJob({ soundtrack: "none" })).join()).not.toContain("music");
});

test("a film that is being cancelled cannot be cancelled again", () => {
  expect(filmView(aJob({ status: "cancelling" }))).toMatchObject({
    kind: "making",
    canCancel: false,
  });
});

test("a failed film tells what is kept", () => {
  const scenes = [aScene(1, "complete"), aScene(2, "failed"), aScene(3, "generated")];
  const view = filmView(aJob({ status: "failed", scenes, soundtrack: "ready" }));
  expect(view).toEqual({ kind: "stopped", why: "failed", kept: [1, 3], hasMusic: true });
});

test("a film whose scene changes is ready, and says what becomes of it", () => {
  const change = { scene: 2, take: 3, usesPlace: false };
  const scenes = [aScene(1, "complete"), { ...aScene(2, "generating"), takes: [aTake(1)] }];
  const redone = { scene: 2, take: 3, isMade: false, usesPlace: false, canCancel: true };
  expect(filmView(aJob({ change, scenes }))).toEqual({ kind: "ready", change: redone });
  const made = [{ ...aScene(2, "generated"), takes: [aTake(1), aTake(3)] }];
  const view = filmView(aJob({ status: "cancelling", change, scenes: made }));
  expect(view).toMatchObject({ kind: "ready", change: { isMade: true, canCancel: false } });
  expect(filmView(aJob({ status: "completed" }))).toEqual({ kind: "ready", change: null });
});

test("a film whose music changes is ready, and says what becomes of it", () => {
  const change = { take: 2, usesPlace: false };
  const soundtrackTakes = [aTake(1, { chosen: true })];
  expect(filmView(aJob({ change, soundtrackTakes }))).toMatchObject({
    kind: "ready",
    change: { scene: null, take: 2, isMade: false },
  });
  const made = [...soundtrackTakes, aTake(2)];
  const view = filmView(aJob({ change, soundtrackTakes: made }));
  expect(view).toMatchObject({ kind: "ready", change: { isMade: true } });
});

test("going on costs what is missing only", () => {
  const scene = (index: number): StoryboardScene => ({
    ...{ index, title: "", description: "", camera: "", seconds: 4, transition: "cut" },
    priceNanoUsd: 10 ** index,
  });
  const storyboard: Storyboard = {
    ...{ version: 1, author: "rules", editable: false, seconds: 12, priceNanoUsd: 0 },
    scenes: [scene(1), scene(2), scene(3)],
    music: { description: "", priceNanoUsd: 7 },
  };
  const stopped = { kind: "stopped" as const, why: "failed" as const, kept: [2], hasMusic: false };
  expect(priceToGoOn(storyboard, stopped)).toBe(10 + 1000 + 7);
  expect(priceToGoOn(storyboard, { ...stopped, hasMusic: true })).toBe(10 + 1000);
});

test("costs are those of models; what is at work is expected, not paid", () => {
  const line = { item: "x", step: "scene-001", predictedNanoUsd: 5 };
  const ledger = [
    { ...line, kind: "model", actualNanoUsd: 3 } as const,
    { ...line, kind: "model" } as const,
    { ...line, kind: "compute", actualNanoUsd: 100 } as const,
  ];
  expect(costsOf(aJob({ ledger }))).toEqual({ paid: 3, expected: 8 });
});

test("news are the end, a stage, or another scene; nothing else is said", () => {
  const before = aJob({ scenes: [aScene(1, "generating"), aScene(2, "pending")] });
  const one = aJob({ scenes: [aScene(1, "complete"), aScene(2, "generating")], progress: 50 });
  expect(newsOf(before, { ...before, progress: 41 })).toBeNull();
  expect(newsOf(before, one)).toEqual({ kind: "scenes", ready: 1, of: 3 });
  expect(newsOf(one, { ...one, stage: "composing" })).toEqual({
    kind: "stage",
    stage: "composing",
  });
  expect(newsOf(one, { ...one, status: "failed" })).toEqual({ kind: "ended" });
});

test("of a change that did not work out the page's alert speaks", () => {
  const changing = aJob({ change: { scene: 1, take: 2, usesPlace: false } });
  const error = { code: "CONTENT_REFUSED", message: "", stage: "generating", retryable: false };
  const failed = aJob({ status: "completed", error: { ...error, stage: "generating" } });
  expect(newsOf(changing, failed)).toBeNull();
  expect(newsOf(changing, aJob({ status: "completed" }))).toEqual({ kind: "ended" });
});

test("what waits for a review has not ended", () => {
  expect(hasEnded(aJob({ status: "awaiting_review" }))).toBe(false);
  expect(hasEnded(aJob({ status: "cancelled" }))).toBe(true);
});

test("a scene that a film ended without is missing", () => {
  const failed = aJob({ status: "failed" });
  expect(sceneState(failed, aScene(1, "generating"))).toBe("missing");
  expect(sceneState(failed, aScene(1, "complete"))).toBe("complete");
  expect(sceneState(aJob(), aScene(1, "generating"))).toBe("generating");
});
