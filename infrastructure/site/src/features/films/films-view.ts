import type { Job, JobList, Status } from "@/api/generated/types.gen";

/** What people look for among their films, as an address names it. */
export const SHOWN = ["making", "review", "ready", "stopped"] as const;

export type Shown = (typeof SHOWN)[number];

export const STATUSES: Record<Shown, Status[]> = {
  making: ["pending", "processing", "cancelling"],
  review: ["awaiting_review"],
  ready: ["completed"],
  stopped: ["failed", "cancelled"],
};

/** Which films an address shows; all of them where it names none. */
export function shownOf(search: URLSearchParams): Shown | undefined {
  return SHOWN.find((one) => one === search.get("show"));
}

export function isUnderWay({ status }: Job): boolean {
  return STATUSES.making.includes(status);
}

export interface FilmRow {
  job: Job;
  poster: string | null;
}

/** Films with their pictures, which come beside them. */
export function filmRows({ jobs, thumbnails }: JobList): FilmRow[] {
  const pictures = new Map(thumbnails.map(({ jobId, url }) => [jobId, url]));
  return jobs.map((job) => ({ job, poster: pictures.get(job.jobId) ?? null }));
}
