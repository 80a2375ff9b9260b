import type * as z from "zod/mini";

export interface Limits {
  minimum: number | undefined;
  maximum: number | undefined;
}

/** The bounds of a field as the contract has them: of its length, if it is a text. */
export function limits(schema: z.core.$ZodType): Limits {
  const { def } = schema._zod;
  if (hasInner(def)) return limits(def.innerType);
  const checks = (def.checks ?? []).map((check) => check._zod.def);
  return {
    minimum: bound(checks, "min_length", "minimum") ?? bound(checks, "greater_than", "value"),
    maximum: bound(checks, "max_length", "maximum") ?? bound(checks, "less_than", "value"),
  };
}

function bound(checks: z.core.$ZodCheckDef[], name: string, key: string): number | undefined {
  const found = checks.find(({ check }) => check === name);
  const value: unknown = found && Reflect.get(found, key);
  return typeof value === "number" ? value : undefined;
}

function hasInner(def: object): def is { innerType: z.core.$ZodType } {
  return "innerType" in def;
}
