/** Something of the person's has changed; how it stands is told by the ordinary requests. */
export interface Hint {
  kind: "film" | "transcode";
  id: string;
  /** When it changed, in milliseconds since 1970. */
  version: number;
}

/** The hint that a message is; `null` for anything else. */
export function hintOf(message: unknown): Hint | null {
  const said = parsed(message);
  const version = field(said, "version");
  if (typeof version !== "number") return null;
  const [film, transcode] = [field(said, "jobId"), field(said, "transcodeId")];
  if (typeof film === "string") return { kind: "film", id: film, version };
  return typeof transcode === "string" ? { kind: "transcode", id: transcode, version } : null;
}

function parsed(message: unknown): unknown {
  try {
    return typeof message === "string" ? JSON.parse(message) : null;
  } catch {
    return null;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
