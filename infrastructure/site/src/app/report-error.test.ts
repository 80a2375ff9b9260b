import { expect, test, vi } from "vitest";
import { ApiError } from "@/api/api-error";
import { reportError, reportErrorsTo } from "./report-error";

test("what a person can cause is no error of ours", () => {
  const sink = vi.fn();
  reportErrorsTo(sink);
  reportError(new ApiError(new Response(null, { status: 404 }), null));
  expect(sink).not.toHaveBeenCalled();
  const failure = new ApiError(new Response(null, { status: 500 }), null);
  reportError(failure);
  expect(sink).toHaveBeenCalledWith(failure);
});
