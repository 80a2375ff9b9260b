import type { CreateJob } from "@/api/generated/types.gen";
import { zCreateJob } from "@/api/generated/zod.gen";
import { stored } from "@/lib/storage";

/** A film as the form has it: every field with a value. */
export type FilmDraft = {
  [Field in keyof CreateJob]-?: NonNullable<CreateJob[Field]> | Unset<Field>;
};
type Unset<Field> = Field extends "seed" ? null : never;

/** The defaults of the API. */
export const FRESH: FilmDraft = {
  prompt: "",
  category: "music-video",
  scenes: 5,
  durationSeconds: 30,
  aspectRatio: "16:9",
  transition: "fade",
  audio: "music",
  seed: null,
  review: false,
};

/** What was written and not sent yet; read field by field, so that a bad one loses no other. */
export const filmDraft = stored<FilmDraft>("film-draft", (raw) => ({ ...FRESH, ...fieldsOf(raw) }));

function fieldsOf(raw: unknown): Partial<FilmDraft> {
  if (typeof raw !== "object" || raw === null) return {};
  const good: Record<string, unknown> = {};
  for (const [field, schema] of Object.entries(zCreateJob.shape)) {
    const value: unknown = Reflect.get(raw, field);
    // A prompt that is still too short is kept as well.
    const counts = field === "prompt" ? typeof value === "string" : schema.safeParse(value).success;
    if (counts && value !== undefined && (value !== null || field === "seed")) good[field] = value;
  }
  return good;
}
