import type { ReactNode } from "react";
import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import { Field, type FieldWords } from "@/forms/field";
import type { Limits } from "@/forms/limits";
import { inputClass } from "@/ui/input";

interface Bound<T extends FieldValues> extends FieldWords {
  form: UseFormReturn<T>;
  name: Path<T>;
}

function errorOf<T extends FieldValues>({ form, name }: Bound<T>): string | undefined {
  return form.getFieldState(name, form.formState).error?.message;
}

export function TextField<T extends FieldValues>(props: Bound<T> & { type?: string }) {
  const { form, name, type = "text", label, hint } = props;
  return (
    <Field label={label} hint={hint} error={errorOf(props)}>
      {(input) => (
        <input {...input} {...form.register(name)} type={type} className={inputClass()} />
      )}
    </Field>
  );
}

/** Longer text, with how much of it is used. */
export function TextArea<T extends FieldValues>(
  props: Bound<T> & { limits: Limits; rows?: number },
) {
  const { form, name, limits, rows = 3, label, hint } = props;
  const length = String(form.watch(name) ?? "").length;
  return (
    <Field
      label={label}
      error={errorOf(props)}
      hint={
        <span className="flex justify-between gap-4">
          <span>{hint}</span>
          <span className="tabular-nums">
            {length}/{limits.maximum}
          </span>
        </span>
      }
    >
      {(input) => (
        <textarea {...input} {...form.register(name)} rows={rows} className={inputClass()} />
      )}
    </Field>
  );
}

/** A whole number; an empty one is `null`. */
export function NumberField<T extends FieldValues>(
  props: Bound<T> & { limits: Limits; step?: number | "any" },
) {
  const { form, name, limits, step = 1, label, hint } = props;
  const toNumber = (text: unknown) => (text === "" || text === null ? null : Number(text));
  return (
    <Field label={label} hint={hint} error={errorOf(props)}>
      {(input) => (
        <input
          {...input}
          {...form.register(name, { setValueAs: toNumber })}
          type="number"
          inputMode="decimal"
          min={limits.minimum}
          max={limits.maximum}
          step={step}
          className={inputClass()}
        />
      )}
    </Field>
  );
}

export function SelectField<T extends FieldValues>(props: Bound<T> & { children: ReactNode }) {
  const { form, name, children, label, hint } = props;
  return (
    <Field label={label} hint={hint} error={errorOf(props)}>
      {(input) => (
        <select {...input} {...form.register(name)} className={inputClass()}>
          {children}
        </select>
      )}
    </Field>
  );
}

export function CheckField<T extends FieldValues>({ form, name, label, hint }: Bound<T>) {
  return (
    <label className="flex min-h-11 items-start gap-3">
      <input
        type="checkbox"
        {...form.register(name)}
        className="mt-1 size-5 shrink-0 accent-accent"
      />
      <span className="grid">
        <span className="font-medium">{label}</span>
        {hint ? <span className="text-sm text-muted">{hint}</span> : null}
      </span>
    </label>
  );
}
