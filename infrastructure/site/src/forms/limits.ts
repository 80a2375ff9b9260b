import type * as z from "zod/mini";

export interface Limits {
  minimum: number | undefined;
  maximum: number | undefined;
}

/** The bounds of a field as the contract has them: of its length, if it is a text. */
export function limits(schema: z.core.$ZodType): Limits {
  const { def, bag } = schema._zod;
  if (hasInner(def)) return limits(def.innerType);
  return { minimum: numberOf(bag["minimum"]), maximum: numberOf(bag["maximum"]) };
}

function hasInner(def: object): def is { innerType: z.core.$ZodType } {
  return "innerType" in def;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
