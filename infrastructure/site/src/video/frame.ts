import type { AspectRatio } from "@/api/generated/types.gen";

const FRAMES: Record<AspectRatio, string> = {
  "16:9": "aspect-video",
  "9:16": "aspect-[9/16]",
  "1:1": "aspect-square",
};

/** As wide as there is room, and no higher than three quarters of the window. */
const STAGES: Record<AspectRatio, string> = {
  "16:9": "w-[min(100%,calc(75dvh*16/9))]",
  "9:16": "w-[min(100%,calc(75dvh*9/16))]",
  "1:1": "w-[min(100%,75dvh)]",
};

/** The class that gives a box the shape of a film. */
export function frameClass(ratio: AspectRatio): string {
  return FRAMES[ratio];
}

/** The same for the box that a film plays in. */
export function stageClass(ratio: AspectRatio): string {
  return `${FRAMES[ratio]} ${STAGES[ratio]}`;
}
