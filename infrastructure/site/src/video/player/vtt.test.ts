import { expect, test } from "vitest";
import { tracksOf, vttOf } from "./vtt";

test("a line has its time to the millisecond", () => {
  const track = vttOf([{ start: 4.0667, end: 3723, text: "https://bucket/still.jpg?a=1&b=2" }]);
  expect(track).toBe("WEBVTT\n\n00:00:04.067 --> 01:02:03.000\nhttps://bucket/still.jpg?a=1&b=2");
});

test("no title becomes part of the track", () => {
  const track = vttOf([{ start: 0, end: 1, text: "A\n\n00:00.000 --> 00:09.000\nB" }]);
  expect(track.split("\n\n")).toHaveLength(2);
  expect(track.match(/-->/g)).toHaveLength(1);
});

test("a chapter without a picture has its title all the same", () => {
  const chapter = { title: "Dawn", start: 0, end: 2, picture: null };
  expect(tracksOf([chapter])).toEqual({
    titles: vttOf([{ start: 0, end: 2, text: "Dawn" }]),
    pictures: "WEBVTT",
  });
});
