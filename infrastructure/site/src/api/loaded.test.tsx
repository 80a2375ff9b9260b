import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError } from "./api-error";
import { Loaded } from "./loaded";

afterEach(cleanup);

function show(answer: { data?: string; error?: Error; failureReason?: Error; isPaused?: boolean }) {
  const refetch = vi.fn();
  const { data, error = null, failureReason = error, isPaused = false } = answer;
  render(
    <I18nProvider i18n={i18n}>
      <Loaded answer={{ data, error, failureReason, isPaused, refetch }} loading={<p>a place</p>}>
        {(text) => <p>{text}</p>}
      </Loaded>
    </I18nProvider>,
  );
  return refetch;
}

test("an answer that is awaited has its place, and says what it waits for", () => {
  show({});
  expect(screen.getByText("a place")).toBeDefined();
  expect(screen.getByText("Loading")).toBeDefined();
  cleanup();
  show({ isPaused: true });
  expect(screen.getByText("Waiting for the connection")).toBeDefined();
});

test("who asked too often is told that it goes on by itself", () => {
  const refusal = { error: "Rate limit exceeded", code: "RATE_LIMIT_EXCEEDED" };
  const failureReason = new ApiError(new Response(null, { status: 429 }), refusal);
  show({ failureReason });
  expect(screen.getByText(/goes on by itself/)).toBeDefined();
  expect(screen.queryByRole("button")).toBeNull();
});

test("an error can be tried again, and names its request", () => {
  const headers = { "apigw-requestid": "abc" };
  const refetch = show({ error: new ApiError(new Response(null, { status: 503, headers }), null) });
  expect(screen.getByRole("alert").textContent).toContain("abc");
  screen.getByRole("button", { name: "Try again" }).click();
  expect(refetch).toHaveBeenCalledOnce();
});

test("an answer that is asked for again stays in sight, whatever comes of it", () => {
  show({ data: "the film", error: new Error("gone") });
  expect(screen.getByText("the film")).toBeDefined();
  expect(screen.queryByRole("alert")).toBeNull();
});
