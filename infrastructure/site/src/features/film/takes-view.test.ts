import { expect, test } from "vitest";
import type { StoryboardScene } from "@/api/generated/types.gen";
import { aScene, aTake } from "@/test/factories";
import { inOrder, musicWordsOf, sceneAt, wantedOf, wordsOf } from "./takes-view";

const planned: StoryboardScene = {
  ...{ index: 1, title: "", description: "a plan", camera: "still", seconds: 3 },
  ...{ transition: "cut", priceNanoUsd: 5 },
};

test("the words are those of the take in the film, else those of the plan", () => {
  const takes = [aTake(1), aTake(2, { chosen: true, description: "a storm", camera: "low" })];
  const scene = { ...aScene(1, "complete"), takes };
  expect(wordsOf(scene, planned)).toEqual({ description: "a storm", camera: "low", seed: null });
  const plain = { ...aScene(1, "complete"), takes: [aTake(1, { chosen: true })] };
  expect(wordsOf(plain, planned)).toEqual({ description: "a plan", camera: "still", seed: null });
});

test("the words of the music are those of its take in the film, else those of the plan", () => {
  const music = { description: "a piano", priceNanoUsd: 5 };
  const takes = [aTake(1), aTake(2, { chosen: true, description: "strings" })];
  expect(musicWordsOf(takes, music)).toEqual({ description: "strings", seed: null });
  expect(musicWordsOf([], music)).toEqual({ description: "a piano", seed: null });
});

test("what stays as it is is not asked for", () => {
  const words = { description: "a boat", camera: "still", seed: null };
  expect(wantedOf(words, words)).toEqual({});
  expect(wantedOf({ ...words, seed: 0 }, words)).toEqual({ seed: 0 });
  expect(wantedOf({ ...words, camera: "low" }, words)).toEqual({ camera: "low" });
});

test("an address names a scene that is there, or none", () => {
  const scenes = [aScene(1, "complete"), aScene(2, "complete")];
  expect(sceneAt(scenes, "2")?.index).toBe(2);
  expect([sceneAt(scenes, "3"), sceneAt(scenes, null), sceneAt(null, "1")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("the take in the film comes first, then the latest", () => {
  const takes = [aTake(1), aTake(2, { chosen: true }), aTake(4)];
  expect(inOrder(takes).map(({ take }) => take)).toEqual([2, 4, 1]);
});
