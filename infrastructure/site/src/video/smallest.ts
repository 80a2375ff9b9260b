import type { Stream } from "@/api/generated/types.gen";

/** The smallest file of a video; its renditions are told tallest first. */
export function smallestOf({ renditions, streamUrl }: Stream): string {
  return renditions.at(-1)?.url ?? streamUrl;
}
