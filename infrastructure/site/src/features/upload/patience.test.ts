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

test("who asked too often asks again when the API says so", async () => {
  const headers = { "retry-after": "40" };
  const refusal = { error: "Rate limit exceeded", code: "RATE_LIMIT_EXCEEDED" };
  const tooOften = new ApiError(new Response(null, { status: 429, headers }), refusal);
  const ask = vi.fn().mockRejectedValueOnce(tooOften).mockResolvedValue("yes");
  const asked = patiently(ask);
  await vi.advanceTimersByTimeAsync(39_000);
  expect(ask).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await asked).toBe("yes");
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
