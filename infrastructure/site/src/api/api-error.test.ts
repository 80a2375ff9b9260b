import { expect, test } from "vitest";
import { ApiError } from "./api-error";

const refusal = { error: "no", code: "VALIDATION_ERROR", timestamp: "2026-11-29T08:00:00.000Z" };

test("a refusal has its code, its faults, its request and its time to wait", () => {
  const headers = { "apigw-requestid": "abc", "retry-after": "7" };
  const details = { faults: [{ field: "scenes[1].title", constraint: "too long" }] };
  const error = new ApiError(new Response(null, { status: 400, headers }), { ...refusal, details });
  expect(error).toMatchObject({
    status: 400,
    code: "VALIDATION_ERROR",
    requestId: "abc",
    retryAfter: 7,
  });
  expect(error.faults).toEqual(details.faults);
});

test("a single fault stands in the details themselves", () => {
  const details = { field: "prompt", constraint: "10-500 characters" };
  expect(new ApiError(undefined, { ...refusal, details }).faults).toEqual([details]);
});

test("no answer is no code of the API", () => {
  expect(new ApiError(undefined, new TypeError("failed"))).toMatchObject({
    status: 0,
    code: "OFFLINE",
  });
  expect(new ApiError(new Response(null, { status: 502 }), "<html>")).toMatchObject({
    code: "UNKNOWN",
  });
});
