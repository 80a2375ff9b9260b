import { type ReactNode, useId } from "react";

/** What an input needs to be connected with its label, hint and error. */
interface InputProps {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

export interface FieldWords {
  label: ReactNode;
  hint?: ReactNode;
}

interface Props extends FieldWords {
  error: string | undefined;
  children: (input: InputProps) => ReactNode;
}

/** Label, hint, input and error in one. */
export function Field({ label, hint, error, children }: Props) {
  const id = useId();
  const parts = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean);
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({
        id,
        "aria-invalid": error !== undefined,
        "aria-describedby": parts.join(" ") || undefined,
      })}
      {hint ? (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={`${id}-error`} className="text-sm font-medium text-bad">
          {error}
        </p>
      ) : null}
    </div>
  );
}
