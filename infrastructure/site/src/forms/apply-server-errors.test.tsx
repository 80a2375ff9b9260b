import { cleanup, render, screen } from "@testing-library/react";
import { useForm } from "react-hook-form";
import { afterEach, expect, test } from "vitest";
import { ApiError } from "@/api/api-error";
import { applyServerErrors } from "./apply-server-errors";
import { TextField } from "./inputs";

afterEach(cleanup);

function refusal(...fields: string[]): ApiError {
  const faults = fields.map((field) => ({ field, constraint: "is wrong" }));
  const body = { error: "no", code: "VALIDATION_ERROR", details: { faults }, timestamp: "" };
  return new ApiError(new Response(null, { status: 400 }), body);
}

interface Values {
  title: string;
  scenes: { title: string }[];
}

function TestForm({ error, onApplied }: { error: Error; onApplied: (all: boolean) => void }) {
  const form = useForm<Values>({ defaultValues: { title: "", scenes: [{ title: "" }] } });
  const apply = () => onApplied(applyServerErrors(form, ["title", "scenes.0.title"], error));
  return (
    <>
      <TextField form={form} name="title" label="Title" />
      <TextField form={form} name="scenes.0.title" label="Scene" />
      <button type="button" onClick={apply}>
        Apply
      </button>
    </>
  );
}

async function applied(error: Error) {
  const all = await new Promise<boolean>((resolve) => {
    render(<TestForm error={error} onApplied={resolve} />);
    screen.getByRole("button").click();
  });
  return all;
}

test("faults stand under their fields, and the first is focused", async () => {
  expect(await applied(refusal("scenes[0].title"))).toBe(true);
  const field = await screen.findByRole("textbox", { name: "Scene" });
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(field);
  expect(screen.getByText("is wrong").id).toBe(field.getAttribute("aria-describedby"));
});

test("a fault of no field, and any other refusal, remains to be said", async () => {
  expect(await applied(refusal("title", "elsewhere"))).toBe(false);
  cleanup();
  expect(await applied(new ApiError(undefined, null))).toBe(false);
});
