import { expect, test } from "vitest";
import { smallestOf } from "./smallest";

test("the smallest rendition is previewed, or the only file", () => {
  const stream = { streamUrl: "all", expiresIn: 60, renditions: [] };
  const rendition = (height: number) => ({
    ...{ quality: "low" as const, url: `${height}`, fileSize: 1, width: 1, height },
  });
  expect(smallestOf(stream)).toBe("all");
  expect(smallestOf({ ...stream, renditions: [rendition(1080), rendition(480)] })).toBe("480");
});
