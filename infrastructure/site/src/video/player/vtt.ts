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

function timestamp(seconds: number): string {
  const time = new Date(Math.round(seconds * 1000)).toISOString();
  return time.slice(time.indexOf("T") + 1, -1);
}

/** A break would end the cue, an arrow begin another. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("-->", "→").trim();
}
