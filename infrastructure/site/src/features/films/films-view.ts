import type { Job, JobList } from "@/api/generated/types.gen";

export function isUnderWay({ status }: Job): boolean {
  return status === "pending" || status === "processing" || status === "cancelling";
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
