import { beforeEach, expect, test } from "vitest";
import { arrive } from "./arrive";

beforeEach(() => {
  document.body.innerHTML = '<button></button><div tabindex="0"><video></video></div>';
});

function video(): HTMLVideoElement {
  const found = document.querySelector("video");
  if (!found) throw new Error("there is no video");
  return found;
}

test("who pressed play is in the player; who presses elsewhere stays there", () => {
  arrive(video(), { time: 0, isPlaying: true });
  expect(document.activeElement).toBe(document.querySelector("div"));
  document.querySelector("button")?.focus();
  arrive(video(), { time: 0, isPlaying: true });
  expect(document.activeElement).toBe(document.querySelector("button"));
});

test("a film that nobody pressed takes no focus", () => {
  arrive(video(), { time: 2, isPlaying: false });
  expect(document.activeElement).toBe(document.body);
});

test("the player is told a key once it knows how long the film is", () => {
  const keys: string[] = [];
  document.querySelector("div")?.addEventListener("keydown", ({ key }) => keys.push(key));
  arrive(video(), { time: 0, isPlaying: true, key: "5" });
  expect(keys).toEqual([]);
  video().dispatchEvent(new Event("loadedmetadata"));
  video().dispatchEvent(new Event("loadedmetadata"));
  expect(keys).toEqual(["5"]);
});
