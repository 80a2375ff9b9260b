import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Stage } from "@/api/generated/types.gen";
import type { SceneState, StepName } from "./film-view";

export const STAGE_WORDS: Record<Stage, MessageDescriptor> = {
  queued: msg`Waiting for its turn`,
  planning: msg`The storyboard is being written`,
  generating: msg`The scenes are being made`,
  composing: msg`The film is being cut`,
  done: msg`The film is done`,
};

export const STEP_WORDS: Record<StepName, MessageDescriptor> = {
  queued: msg`Queued`,
  storyboard: msg`Storyboard`,
  scenes: msg`Scenes`,
  music: msg`Music`,
  cut: msg`Cut`,
};

export const SCENE_WORDS: Record<SceneState, MessageDescriptor> = {
  pending: msg`Waiting`,
  generating: msg`Being made`,
  generated: msg`Made`,
  complete: msg`Ready`,
  failed: msg`Failed`,
  missing: msg`Not made`,
};
