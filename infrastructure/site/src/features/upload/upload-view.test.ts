import { expect, test } from "vitest";
import type { Upload } from "./upload-store";
import { percentOf, secondsLeft, uploadLike } from "./upload-view";

const upload = (sent: number, bytesPerSecond: number, isPaused = false): Upload => ({
  ...{ id: "a", name: "a.mp4", size: 200, title: "a", visibility: "private" },
  state: { kind: "sending", sent, bytesPerSecond, isPaused },
});

test("how much has arrived is told in hundredths, never more than all", () => {
  expect([0, 99, 250].map((sent) => percentOf(upload(sent, 1)))).toEqual([0, 50, 100]);
});

test("the time left is unknown before anything arrived, and while it is paused", () => {
  expect(secondsLeft(upload(100, 10))).toBe(10);
  expect(secondsLeft(upload(0, 0))).toBeNull();
  expect(secondsLeft(upload(100, 10, true))).toBeNull();
});

test("a file that is in the list already is known by its name and size", () => {
  const uploads = [upload(0, 0)];
  expect(uploadLike(uploads, { name: "a.mp4", size: 200 })?.id).toBe("a");
  expect(uploadLike(uploads, { name: "a.mp4", size: 201 })).toBeUndefined();
});
