import type { Scene, Storyboard } from "@/api/generated/types.gen";

export interface Chapter {
  title: string;
  /** Seconds. */
  start: number;
  end: number;
  /** A link to its still. */
  picture: string | null;
}

/** The scenes of a film, with the stills that are there of them. */
export function chaptersOf(
  { scenes, seconds: total }: Pick<Storyboard, "scenes" | "seconds">,
  made: Pick<Scene, "index" | "posterUrl">[] = [],
): Chapter[] {
  const starts = startsOf(
    scenes.map(({ seconds }) => seconds),
    total,
  );
  return scenes.map(({ index, title }, at) => ({
    title,
    start: starts[at] ?? 0,
    end: starts[at + 1] ?? total,
    picture: made.find((scene) => scene.index === index)?.posterUrl ?? null,
  }));
}

/** Scenes overlap by what they are longer together than the film. */
function startsOf(lengths: number[], total: number): number[] {
  const sum = lengths.reduce((seconds, one) => seconds + one, 0);
  const overlap = lengths.length > 1 ? Math.max(0, sum - total) / (lengths.length - 1) : 0;
  let start = 0;
  return lengths.map((seconds) => {
    const begin = start;
    start += seconds - overlap;
    return begin;
  });
}

/** The number of the chapter that a time is in. */
export function chapterAt(chapters: Chapter[], seconds: number): number {
  return chapters.findLastIndex(({ start }) => start <= seconds + 0.05);
}
