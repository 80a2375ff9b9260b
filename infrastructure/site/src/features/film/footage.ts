import type { Job } from "@/api/generated/types.gen";
import { filmView, hasEnded } from "./film-view";

/** What there is to play of a film. */
export interface Footage {
  /** The film; its first scenes while more come; those that a film ended with. */
  kind: "film" | "growing" | "kept";
  src: string;
  poster: string | null;
}

export function footageOf(job: Job): Footage | null {
  const path = `/api/v1/jobs/${job.jobId}`;
  const first = job.scenes?.find(({ index }) => index === 1);
  const poster = first?.posterUrl ?? null;
  if (filmView(job).kind === "ready")
    return { kind: "film", src: `${path}/video?edition=${editionOf(job)}`, poster };
  // A scene has its picture from when it can be seen.
  if (!poster) return null;
  const kind = hasEnded(job) ? "kept" : "growing";
  return { kind, src: `${path}/preview.m3u8?as=${kind}`, poster };
}

/** Which film it is: another one once a scene has another take. */
function editionOf({ scenes }: Job): string {
  const chosen = (scenes ?? []).map(({ takes }) => takes.find((one) => one.chosen)?.take ?? 0);
  return chosen.join("-");
}
