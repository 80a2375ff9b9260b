import type { CreateJob } from "@/api/generated/types.gen";
import { zCreateJob } from "@/api/generated/zod.gen";
import { stored } from "@/lib/storage";
import { FILM_DRAFT } from "@/video/draft-prompt";

/** The API's defaults. */
export const FRESH = {
  prompt: "",
  category: "music-video",
  scenes: 5,
  durationSeconds: 30,
  aspectRatio: "16:9",
  transition: "fade",
  audio: "music",
  seed: null,
  review: false,
} satisfies CreateJob;

export const FIELDS = keysOf(FRESH);

/** The film that is being described; read field by field, so that a bad value loses no other. */
export const filmDraft = stored<CreateJob>(FILM_DRAFT, (raw) => {
  if (typeof raw !== "object" || raw === null) return FRESH;
  const good = Object.entries(raw).filter(([field, value]) => isGood(field, value));
  return { ...FRESH, ...Object.fromEntries(good) };
});

function isGood(field: string, value: unknown): boolean {
  // A prompt that is still too short is kept as well.
  if (field === "prompt") return typeof value === "string";
  const schema = keysOf(FRESH).find((one) => one === field);
  return schema !== undefined && zCreateJob.shape[schema].safeParse(value).success;
}

function keysOf<T extends object>(value: T): (keyof T & string)[] {
  return Object.keys(value).filter((key): key is keyof T & string => key in value);
}
