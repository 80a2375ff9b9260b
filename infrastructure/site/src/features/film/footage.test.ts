import { expect, test } from "vitest";
import { aJob, aScene, aTake } from "@/test/factories";
import { footageOf } from "./footage";

test("what is there is played: the first scenes, and the film once it is done", () => {
  const seen = { ...aScene(1, "complete"), posterUrl: "https://b/1.jpg" };
  expect(footageOf(aJob({ scenes: [aScene(1, "generated"), { ...seen, index: 2 }] }))).toBeNull();
  const kinds = (["processing", "failed", "completed"] as const).map(
    (status) => footageOf(aJob({ status, scenes: [seen] }))?.kind,
  );
  expect(kinds).toEqual(["growing", "kept", "film"]);
  const changing = aJob({ change: { scene: 1, take: 2, usesPlace: false } });
  expect(footageOf(changing)?.src).toContain("/video?");
});

test("a film is another one once a scene has another take", () => {
  const scene = (chosen: number) => ({
    ...aScene(1, "complete"),
    takes: [1, 2].map((take) => aTake(take, { chosen: take === chosen })),
  });
  const film = (chosen: number) =>
    footageOf(aJob({ status: "completed", scenes: [scene(chosen), scene(1)] }))?.src;
  expect(film(1)).not.toBe(film(2));
});
