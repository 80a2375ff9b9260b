import type {
  RegenerateScene,
  Scene,
  StoryboardMusic,
  StoryboardScene,
  Take,
} from "@/api/generated/types.gen";

/** What the take of a scene that is in the film was told; a seed counts for one take alone. */
export function wordsOf(scene: Scene, planned: StoryboardScene | undefined): RegenerateScene {
  const chosen = scene.takes.find((take) => take.chosen);
  return {
    description: chosen?.description ?? scene.description ?? planned?.description ?? "",
    camera: chosen?.camera ?? planned?.camera ?? "",
    seed: null,
  };
}

/** The same of the music, which has no camera. */
export function musicWordsOf(takes: Take[], planned: StoryboardMusic | undefined): RegenerateScene {
  const chosen = takes.find((take) => take.chosen);
  return { description: chosen?.description ?? planned?.description ?? "", seed: null };
}

/** What is asked for of another take: only what is to be otherwise. */
export function wantedOf(form: RegenerateScene, words: RegenerateScene): RegenerateScene {
  const wanted: RegenerateScene = {};
  if (form.description !== words.description) wanted.description = form.description;
  if (form.camera !== words.camera) wanted.camera = form.camera;
  if (form.seed !== null && form.seed !== undefined) wanted.seed = form.seed;
  return wanted;
}

/** The scene that an address asks for, such as `?scene=2`. */
export function sceneAt(scenes: Scene[] | null | undefined, number: string | null) {
  return scenes?.find(({ index }) => String(index) === number);
}

/** The take in the film first, then the others, the latest first. */
export function inOrder(takes: Take[]): Take[] {
  return takes.toSorted((a, b) => Number(b.chosen) - Number(a.chosen) || b.take - a.take);
}
