import { expect, test } from "vitest";
import { hintOf } from "./hint";

test("a hint names a film or a transcode, and its version", () => {
  expect(hintOf('{"jobId":"a","version":5}')).toEqual({ kind: "film", id: "a", version: 5 });
  expect(hintOf('{"transcodeId":"b","version":6}')).toEqual({
    kind: "transcode",
    id: "b",
    version: 6,
  });
});

test("anything else is none", () => {
  const others = [
    "",
    "{",
    "null",
    "[]",
    '{"jobId":"a"}',
    '{"version":1}',
    '{"message":"Forbidden"}',
  ];
  expect([...others, new Blob()].map(hintOf).filter((hint) => hint !== null)).toEqual([]);
});
