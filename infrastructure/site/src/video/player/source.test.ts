import { expect, test } from "vitest";
import { needsEngine } from "./source";

test("the engine is for playlists that the browser cannot play", () => {
  expect(needsEngine("/api/v1/jobs/x/video?edition=1-1", false)).toBe(false);
  expect(needsEngine("/api/gallery/videos/x/hls/master.m3u8", true)).toBe(false);
  expect(needsEngine("/api/gallery/videos/x/hls/master.m3u8", false)).toBe(true);
  expect(needsEngine("/api/v1/jobs/x/preview.m3u8?as=growing", true)).toBe(true);
});
