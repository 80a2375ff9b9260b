import { stored } from "@/lib/storage";

/** Where the film that is being described is kept. */
export const FILM_DRAFT = "film-draft";

const draft = stored<object>(FILM_DRAFT, (raw) =>
  typeof raw === "object" && raw !== null ? raw : {},
);

/** Its prompt, for pages that need no more of it: reading all takes the contract's rules. */
export const draftPrompt = {
  read: (): string => {
    const prompt: unknown = Reflect.get(draft.read(), "prompt");
    return typeof prompt === "string" ? prompt : "";
  },
  write: (prompt: string) => draft.write({ ...draft.read(), prompt }),
};
