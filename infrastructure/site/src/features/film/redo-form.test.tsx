import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError } from "@/api/api-error";
import { scenesRegenerate, soundtrackRegenerate } from "@/api/generated/sdk.gen";
import type { Scene } from "@/api/generated/types.gen";
import { aJob, aScene } from "@/test/factories";
import { RedoForm } from "./redo-form";

vi.mock("@/api/generated/sdk.gen", { spy: true });
const api = vi.mocked(scenesRegenerate);
const ofMusic = vi.mocked(soundtrackRegenerate);

afterEach(() => {
  cleanup();
  api.mockReset();
  ofMusic.mockReset();
});

const words = { description: "A boat", camera: "still", seed: null };

function shown(scene: Scene | null = aScene(2, "complete")) {
  const onDone = vi.fn();
  const cache = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  render(
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={cache}>
        <RedoForm
          job={aJob({ status: "completed" })}
          scene={scene}
          words={words}
          price={20_000_000}
          onDone={onDone}
        />
      </QueryClientProvider>
    </I18nProvider>,
  );
  return onDone;
}

const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

test("nothing is sent before the price was seen, and only what is to be otherwise", async () => {
  api.mockResolvedValue({ data: {} } as never);
  const onDone = shown();
  type("What is to be seen", "A lighthouse");
  press("See the price");
  await screen.findByText("The new take costs about $0.02.");
  expect(api).not.toHaveBeenCalled();
  press("Make the new take");
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(api.mock.lastCall?.[0]).toMatchObject({
    path: { index: 2 },
    body: { description: "A lighthouse" },
  });
});

test("of the music only what is to be heard is asked", async () => {
  ofMusic.mockResolvedValue({ data: {} } as never);
  const onDone = shown(null);
  expect(screen.queryByLabelText("Camera")).toBeNull();
  type("What is to be heard", "A waltz");
  press("See the price");
  await screen.findByRole("group");
  press("Make the new take");
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(ofMusic.mock.lastCall?.[0]).toMatchObject({ body: { description: "A waltz" } });
  expect(api).not.toHaveBeenCalled();
});

test("what the API refuses stands under its field, and the words are kept", async () => {
  const faults = [{ field: "description", constraint: "one line of text" }];
  const body = { error: "no", code: "VALIDATION_ERROR", details: { faults }, timestamp: "" };
  api.mockRejectedValue(new ApiError(new Response(null, { status: 400 }), body));
  shown();
  type("What is to be seen", "A lighthouse");
  press("See the price");
  await screen.findByRole("group");
  press("Make the new take");
  const fault = await screen.findByText("one line of text");
  const field = screen.getByLabelText<HTMLTextAreaElement>("What is to be seen");
  expect(field.getAttribute("aria-describedby")).toContain(fault.id);
  expect(field.value).toBe("A lighthouse");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("that somebody was faster is said", async () => {
  const body = { error: "no", code: "CONFLICT", details: {}, timestamp: "" };
  api.mockRejectedValue(new ApiError(new Response(null, { status: 409 }), body));
  shown();
  press("See the price");
  await screen.findByRole("group");
  press("Make the new take");
  expect((await screen.findByRole("alert")).textContent).toContain("Somebody was faster");
});
