import { t } from "@lingui/core/macro";
import type * as z from "zod/mini";

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/** What a broken rule of the contract means. */
export function faultMessage(issue: Issue): string {
  switch (issue.code) {
    case "too_small":
      return tooSmall(issue);
    case "too_big":
      return tooBig(issue);
    case "invalid_type":
      return t`Fill this in.`;
    default:
      return t`This is not valid.`;
  }
}

function tooSmall({ origin, minimum }: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall>): string {
  if (origin !== "string") return t`Not less than ${String(minimum)}.`;
  return minimum === 1 ? t`Fill this in.` : t`At least ${String(minimum)} characters.`;
}

function tooBig({ origin, maximum }: z.core.$ZodRawIssue<z.core.$ZodIssueTooBig>): string {
  const limit = String(maximum);
  return origin === "string" ? t`At most ${limit} characters.` : t`Not more than ${limit}.`;
}
