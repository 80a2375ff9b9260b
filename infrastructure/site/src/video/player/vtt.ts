import type { Chapter } from "@/video/chapters";

interface Line {
  /** Seconds. */
  start: number;
  end: number;
  text: string;
}

/** A text track, for what a player is told of parts of a film. */
export function vttOf(lines: Line[]): string {
  const cues = lines.map(
    ({ start, end, text }) => `${timestamp(start)} --> ${timestamp(end)}\n${oneLine(text)}`,
  );
  return ["WEBVTT", ...cues].join("\n\n");
}

/** What the player's time line shows: the titles of chapters, and a picture of each that has one. */
export function tracksOf(chapters: Chapter[]): { titles: string; pictures: string } {
  const titled = chapters.map(({ title, start, end }) => ({ start, end, text: title }));
  const pictured = chapters.flatMap(({ picture, start, end }) =>
    picture ? { start, end, text: picture } : [],
  );
  return { titles: vttOf(titled), pictures: vttOf(pictured) };
}

function timestamp(seconds: number): string {
  const time = new Date(Math.round(seconds * 1000)).toISOString();
  return time.slice(time.indexOf("T") + 1, -1);
}

/** A break would end the cue, an arrow begin another. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("-->", "→").trim();
}
