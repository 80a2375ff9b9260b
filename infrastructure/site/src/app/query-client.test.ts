import { expect, test } from "vitest";
import { ApiError } from "@/api/api-error";
import { isWorthRetrying } from "./query-client";

const answer = (status: number) => new ApiError(new Response(null, { status }), null);

test("a refusal is not asked again, a failure three times", () => {
  expect(isWorthRetrying(0, answer(404))).toBe(false);
  expect(isWorthRetrying(0, answer(503))).toBe(true);
  expect(isWorthRetrying(2, new ApiError(undefined, null))).toBe(true);
  expect(isWorthRetrying(3, answer(503))).toBe(false);
});
