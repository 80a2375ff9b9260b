import { replaceEqualDeep } from "@tanstack/react-query";

/**
 * What was found anew. A signed link to the same file is left as it was until half of its time
 * is over: by another link the file would be loaded again.
 */
export function keepLinks(before: unknown, found: unknown, now = Date.now()): unknown {
  return replaceEqualDeep(before, kept(before, found, now));
}

function kept(before: unknown, found: unknown, now: number): unknown {
  if (typeof before === "string" && typeof found === "string")
    return isSameFile(before, found) && isYoung(before, now) ? before : found;
  if (Array.isArray(before) && Array.isArray(found))
    return found.map((one, at) => kept(before[at], one, now));
  if (isRecord(before) && isRecord(found))
    return Object.fromEntries(
      Object.entries(found).map(([name, value]) => [name, kept(before[name], value, now)]),
    );
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSameFile(one: string, other: string): boolean {
  return one.startsWith("http") && one.split("?")[0] === other.split("?")[0];
}

/** A signature tells when it was made, `20261129T080000Z`, and for how many seconds it is good. */
function isYoung(link: string, now: number): boolean {
  const query = new URL(link).searchParams;
  const signed = query.get("X-Amz-Date")?.match(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/);
  if (!signed) return false;
  const [year = 0, month = 0, day, hour, minute, second] = signed.slice(1).map(Number);
  const since = now - Date.UTC(year, month - 1, day, hour, minute, second);
  return since < (Number(query.get("X-Amz-Expires")) * 1000) / 2;
}
