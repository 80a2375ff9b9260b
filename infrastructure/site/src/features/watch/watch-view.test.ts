import { expect, test } from "vitest";
import type { Stream } from "@/api/generated/types.gen";
import { aVideo } from "@/test/factories";
import { filmOf, frameOf, isOwn, linkTo, shapeOf, sourceOf } from "./watch-view";

const stream = { streamUrl: "https://bucket/film.mp4", expiresIn: 900, renditions: [] };

test("the stream is asked for at this origin, whatever the API's address is", () => {
  const hlsUrl = "https://api.example/stage/api/gallery/videos/x/hls/master.m3u8";
  expect(sourceOf({ ...stream, hlsUrl }, "auto")).toBe("/api/gallery/videos/x/hls/master.m3u8");
  expect(sourceOf(stream, "auto")).toBe(stream.streamUrl);
});

test("a quality that is chosen is played if it is there", () => {
  const hlsUrl = "/api/gallery/videos/x/hls/master.m3u8";
  const found: Stream = {
    ...{ ...stream, hlsUrl },
    renditions: [{ quality: "low", url: "https://low", fileSize: 1, width: 1, height: 1 }],
  };
  expect([sourceOf(found, "low"), sourceOf(found, "high")]).toEqual(["https://low", hlsUrl]);
});

test("a video is its owner's who is told where it lies", () => {
  expect([isOwn(aVideo()), isOwn(aVideo({ s3Key: "gallery/u/1-a.mp4" }))]).toEqual([false, true]);
});

test("a video is of a film where its file lies in the film's folder", () => {
  const { id } = aVideo();
  const found = [
    `${id}/final.mp4`,
    `${id}/redo-12/final.mp4`,
    `gallery/${id}/final.mp4`,
    undefined,
  ];
  expect(found.map((s3Key) => filmOf(aVideo({ s3Key })))).toEqual([id, id, null, null]);
});

test("a video has the nearest of the shapes that films have", () => {
  const shapes = [
    [1920, 1080],
    [1080, 1920],
    [1080, 1000],
  ] as const;
  expect(shapes.map(([width, height]) => shapeOf({ width, height }))).toEqual([
    "16:9",
    "9:16",
    "1:1",
  ]);
});

test("a link begins where it was shared, if that is not the beginning", () => {
  expect(linkTo("/watch/x", "https://site", 12.7)).toBe("https://site/watch/x?t=12");
  expect(linkTo("/watch/x", "https://site", 0.4)).toBe("https://site/watch/x");
});

test("a frame for another site has the player's own page", () => {
  expect(frameOf("x", "https://site")).toContain('src="https://site/embed/x"');
});
