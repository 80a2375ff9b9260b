import type { AspectRatio } from "@/api/generated/types.gen";

const FRAMES: Record<AspectRatio, string> = {
  "16:9": "aspect-video",
  "9:16": "aspect-[9/16]",
  "1:1": "aspect-square",
};

/** The class that gives a box the shape of a film. */
export function frameClass(ratio: AspectRatio): string {
  return FRAMES[ratio];
}
