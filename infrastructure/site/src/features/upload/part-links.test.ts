import { expect, test, vi } from "vitest";
import { createPartLinks } from "./part-links";

const MINUTE = 60_000;

function links() {
  let time = 0;
  const ask = vi.fn(async (_: string, partNumbers: number[]) => ({
    parts: partNumbers.map((partNumber) => ({
      partNumber,
      uploadUrl: `part ${partNumber} at ${time}`,
      size: 1,
    })),
    expiresIn: 3600,
  }));
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  return { ask, pass, link: createPartLinks(ask, () => time) };
}

test("parts that are sent side by side and after one another share a request", async () => {
  const { ask, link } = links();
  const first = await Promise.all([1, 2, 3, 4].map((number) => link("a", number, 60)));
  expect(first[3]).toBe("part 4 at 0");
  for (let number = 5; number <= 60; number += 1) await link("a", number, 60);
  expect(ask.mock.calls.map(([, numbers]) => numbers.length)).toEqual([25, 25, 10]);
});

test("uploads have links of their own", async () => {
  const { ask, link } = links();
  await Promise.all([link("a", 1, 3), link("b", 1, 3)]);
  expect(ask).toHaveBeenCalledTimes(2);
});

test("a part that is sent again has a new link, and so has one whose link is old", async () => {
  const { ask, link, pass } = links();
  await link("a", 1, 3);
  await link("a", 1, 3);
  expect(ask).toHaveBeenCalledTimes(2);
  pass(31 * MINUTE);
  expect(await link("a", 2, 3)).toBe(`part 2 at ${31 * MINUTE}`);
});

test("what was refused is asked for anew", async () => {
  const { ask, link } = links();
  ask.mockRejectedValueOnce(new Error("away"));
  await expect(Promise.all([link("a", 1, 3), link("a", 2, 3)])).rejects.toThrow("away");
  expect(await link("a", 2, 3)).toBe("part 2 at 0");
});
