import type { CreateJob } from "@/api/generated/types.gen";
import { FIELDS } from "@/video/film-draft";

/** Whether a quote is of the film that the form describes now. Reviewing costs nothing. */
export function isAsQuoted(film: CreateJob, quoted: CreateJob | undefined): boolean {
  return FIELDS.every((field) => field === "review" || film[field] === quoted?.[field]);
}
