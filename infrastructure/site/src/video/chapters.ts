export interface Chapter {
  title: string;
  /** Seconds. */
  start: number;
}

interface Planned {
  title: string;
  seconds: number;
}

/** Where each scene begins: scenes overlap by what they are longer together than the film. */
export function chaptersOf(scenes: Planned[], total: number): Chapter[] {
  const sum = scenes.reduce((seconds, scene) => seconds + scene.seconds, 0);
  const overlap = scenes.length > 1 ? Math.max(0, sum - total) / (scenes.length - 1) : 0;
  let start = 0;
  return scenes.map(({ title, seconds }) => {
    const chapter = { title, start };
    start += seconds - overlap;
    return chapter;
  });
}

/** The number of the chapter that a time is in. */
export function chapterAt(chapters: Chapter[], seconds: number): number {
  return chapters.findLastIndex(({ start }) => start <= seconds + 0.05);
}
