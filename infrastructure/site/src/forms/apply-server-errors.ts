import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import { ApiError } from "@/api/api-error";

/**
 * Puts the API's faults under their fields and focuses the first. False where something
 * remains to be said above the form.
 */
export function applyServerErrors<T extends FieldValues>(
  form: UseFormReturn<T>,
  fields: Path<T>[],
  error: unknown,
): boolean {
  if (!(error instanceof ApiError) || error.code !== "VALIDATION_ERROR") return false;
  const known = error.faults.flatMap(({ field, constraint }) => {
    const name = fields.find((one) => one === fieldName(field));
    return name ? [{ name, constraint }] : [];
  });
  known.forEach(({ name, constraint }, at) => {
    form.setError(name, { message: constraint }, { shouldFocus: at === 0 });
  });
  return known.length > 0 && known.length === error.faults.length;
}

/** `scenes[2].title` is `scenes.2.title` to the form. */
function fieldName(path: string): string {
  return path.replace(/\[(\d+)\]/g, ".$1");
}
