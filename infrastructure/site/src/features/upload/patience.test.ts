import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "@/api/api-error";
import { patiently } from "./patience";

const answer = (status: number) => new ApiError(new Response(null, { status }), null);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("what did not answer is asked again", async () => {
  const ask = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(undefined, null))
    .mockRejectedValueOnce(answer(503))
    .mockResolvedValue("yes");
  const asked = patiently(ask);
  await vi.runAllTimersAsync();
  expect(await asked).toBe("yes");
  expect(ask).toHaveBeenCalledTimes(3);
});

test("a refusal is not asked again", async () => {
  const ask = vi.fn().mockRejectedValue(answer(422));
  await expect(patiently(ask)).rejects.toMatchObject({ status: 422 });
  expect(ask).toHaveBeenCalledOnce();
});

test("nothing is sent while there is no connection", async () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const ask = vi.fn().mockRejectedValueOnce(new ApiError(undefined, null)).mockResolvedValue("yes");
  const asked = patiently(ask);
  await vi.runAllTimersAsync();
  expect(ask).toHaveBeenCalledOnce();
  window.dispatchEvent(new Event("online"));
  await vi.runAllTimersAsync();
  expect(await asked).toBe("yes");
});
