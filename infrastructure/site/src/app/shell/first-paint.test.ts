import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(join(import.meta.dirname, path), "utf8");
const classesOf = (text: string) =>
  [...text.matchAll(/class(?:Name)?="([^"]+)"/g)].map(([, one]) => one);

test("what is there before the site looks as the site does: nothing moves", () => {
  const ours = [...classesOf(read("./shell.tsx")), ...classesOf(read("./header.tsx"))];
  const first = classesOf(read("../../../index.html"));
  expect(first).not.toEqual([]);
  expect(ours).toEqual(expect.arrayContaining(first));
});
