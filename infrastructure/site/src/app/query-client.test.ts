import { expect, test } from "vitest";
import { ApiError } from "@/api/api-error";
import { isWorthRetrying, retryDelay } from "./query-client";

const answer = (status: number) => new ApiError(new Response(null, { status }), null);
const refusal = (code: string) => {
  const headers = { "retry-after": "17" };
  return new ApiError(new Response(null, { status: 429, headers }), { error: "No", code });
};

test("a refusal is not asked again, a failure three times", () => {
  expect(isWorthRetrying(0, answer(404))).toBe(false);
  expect(isWorthRetrying(0, answer(503))).toBe(true);
  expect(isWorthRetrying(2, new ApiError(undefined, null))).toBe(true);
  expect(isWorthRetrying(3, answer(503))).toBe(false);
});

test("who asked too often in a minute asks again when the API says so", () => {
  expect(isWorthRetrying(0, refusal("RATE_LIMIT_EXCEEDED"))).toBe(true);
  expect(isWorthRetrying(3, refusal("RATE_LIMIT_EXCEEDED"))).toBe(false);
  expect(isWorthRetrying(0, refusal("QUOTA_EXCEEDED"))).toBe(false);
  expect(retryDelay(0, refusal("RATE_LIMIT_EXCEEDED"))).toBe(17_000);
  expect(retryDelay(0, answer(503))).toBe(1_000);
  expect(retryDelay(9, answer(503))).toBe(30_000);
});
