import type { EditedScene, Storyboard, UpdateStoryboard } from "@/api/generated/types.gen";
import { zUpdateStoryboard } from "@/api/generated/zod.gen";
import { type Stored, stored } from "@/lib/storage";

export const MOST_SCENES = 12;

/** A storyboard as the form has it. */
export function editOf({ version, scenes, music }: Storyboard): UpdateStoryboard {
  return { version, music: music.description || null, scenes: scenes.map(editedScene) };
}

function editedScene({
  title,
  description,
  camera,
  seconds,
  transition,
}: EditedScene): EditedScene {
  return { title, description, camera, seconds, transition };
}

export const NEW_SCENE: EditedScene = {
  title: "",
  description: "",
  camera: "",
  seconds: 6,
  transition: "fade",
};

/** What was changed and not saved; of another version it counts as nothing. */
export function keptEdit(id: string, storyboard: Storyboard): Stored<UpdateStoryboard> {
  const fresh = editOf(storyboard);
  return stored(`storyboard.${id}`, (raw) => {
    const kept = isEdit(raw) ? raw : null;
    return kept?.version === storyboard.version ? kept : fresh;
  });
}

/** Its words may still break a rule; its shape may not. */
function isEdit(raw: unknown): raw is UpdateStoryboard {
  const { error } = zUpdateStoryboard.safeParse(raw);
  const shapely = ["too_small", "too_big"];
  return error?.issues.every(({ code }) => shapely.includes(code)) ?? true;
}

/** The form's names of its fields, as the API's faults name them. */
export function fieldsOf({ scenes }: UpdateStoryboard) {
  return scenes.flatMap((_, at) => {
    return [
      `scenes.${at}.title`,
      `scenes.${at}.description`,
      `scenes.${at}.camera`,
      `scenes.${at}.seconds`,
    ] as const;
  });
}
