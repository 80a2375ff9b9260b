import type { ReactNode } from "react";
import type { FieldValues, Path, UseFormReturn } from "react-hook-form";

interface Option {
  value: string;
  name: ReactNode;
  picture?: ReactNode;
}

interface Props<T extends FieldValues> {
  form: UseFormReturn<T>;
  name: Path<T>;
  label: ReactNode;
  options: Option[];
}

/** One of a few, all in sight. */
export function Choice<T extends FieldValues>({ form, name, label, options }: Props<T>) {
  return (
    <fieldset className="grid content-start gap-1.5">
      <legend className="mb-1.5 font-medium">{label}</legend>
      <div className="flex flex-wrap gap-2">
        {options.map((option) => (
          <label
            key={option.value}
            className="flex min-h-11 grow items-center justify-center gap-2 rounded-lg border border-edge bg-surface px-3 py-2 has-checked:border-accent has-checked:bg-accent-soft has-checked:ring-1 has-checked:ring-accent has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input type="radio" value={option.value} {...form.register(name)} className="sr-only" />
            {option.picture}
            {option.name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
