// What a TypeScript client of the API looks like: types from the OpenAPI document, by
// openapi-typescript, and requests by openapi-fetch. `cargo xtask check` type-checks it.

import createClient from "openapi-fetch";
import type { components, paths } from "./api";

type Job = components["schemas"]["Job"];
type ErrorBody = components["schemas"]["ErrorBody"];

const api = createClient<paths>({ baseUrl: "https://api.example.org" });

/** Asks for a film and gives its id. */
export async function create(prompt: string): Promise<string> {
  const { data, error } = await api.POST("/api/v1/jobs", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { prompt, category: "music-video", scenes: 3, durationSeconds: 12 },
  });
  if (error) throw new Error(refusal(error));
  if ("cost" in data) throw new Error("a dry run");
  return data.jobId;
}

/** What a film would cost, in billionths of a dollar. */
export async function price(prompt: string): Promise<number> {
  const { data, error } = await api.POST("/api/v1/jobs", {
    params: { query: { dryRun: true } },
    body: { prompt, category: "music-video" },
  });
  if (error) throw new Error(refusal(error));
  return "cost" in data ? data.cost.nanoUsd : 0;
}

/** How far a film is, in percent, and its scenes that are ready. */
export async function progress(id: string): Promise<[number, number]> {
  const { data, error } = await api.GET("/api/v1/jobs/{id}", { params: { path: { id } } });
  if (error) throw new Error(refusal(error));
  return [data.progress, ready(data)];
}

/** Has a scene made anew; gives the number of its take. */
export async function regenerate(id: string, index: number, seed: number): Promise<number> {
  const { data, error } = await api.POST("/api/v1/jobs/{id}/scenes/{index}/regenerate", {
    params: { path: { id, index } },
    body: { seed },
  });
  if (error) throw new Error(refusal(error));
  return data.take;
}

/** Chooses the first take of a scene again. */
export async function firstTake(id: string, index: number): Promise<void> {
  const { error } = await api.PUT("/api/v1/jobs/{id}/scenes/{index}/take", {
    params: { path: { id, index } },
    body: { take: 1 },
  });
  if (error) throw new Error(refusal(error));
}

function ready(job: Job): number {
  return (job.scenes ?? []).filter((scene) => scene.status === "complete").length;
}

function refusal(error: ErrorBody): string {
  // @ts-expect-error: no such code
  if (error.code === "NO_SUCH_CODE") return "";
  return error.code === "QUOTA_EXCEEDED" ? "the month is used up" : error.error;
}

// @ts-expect-error: a category that there is not
void api.POST("/api/v1/jobs", { body: { prompt: "A paper boat", category: "documentary" } });
// @ts-expect-error: no such route
void api.GET("/api/v1/nowhere");
