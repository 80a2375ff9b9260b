import type { Job, Stage, Storyboard } from "@/api/generated/types.gen";

/** What a job means on the screen. */
export type FilmView =
  | { kind: "making"; steps: Step[]; isQueued: boolean; canCancel: boolean }
  | { kind: "review" }
  | { kind: "ready" }
  | { kind: "stopped"; why: "failed" | "cancelled"; kept: number[]; hasMusic: boolean };

export type StepName = "queued" | "storyboard" | "scenes" | "music" | "cut";

export interface Step {
  name: StepName;
  state: "done" | "now" | "later" | "failed";
}

export function filmView(job: Job): FilmView {
  switch (job.status) {
    case "completed":
      return { kind: "ready" };
    case "awaiting_review":
      return { kind: "review" };
    case "failed":
    case "cancelled":
      return {
        kind: "stopped",
        why: job.status,
        kept: made(job),
        hasMusic: job.soundtrack === "ready",
      };
    default:
      return {
        kind: "making",
        steps: stepsOf(job),
        isQueued: job.stage === "queued",
        canCancel: job.status !== "cancelling",
      };
  }
}

export function hasEnded({ status }: Job): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** Numbers of the scenes that are there. */
function made(job: Job): number[] {
  const there = (job.scenes ?? []).filter(
    ({ status }) => status === "complete" || status === "generated",
  );
  return there.map(({ index }) => index);
}

const STAGES: Stage[] = ["queued", "planning", "generating", "composing", "done"];

function stepsOf(job: Job): Step[] {
  const at = (stage: Stage): Step["state"] => {
    const distance = STAGES.indexOf(job.stage) - STAGES.indexOf(stage);
    if (distance === 0) return "now";
    return distance > 0 ? "done" : "later";
  };
  const steps: Step[] = [
    { name: "queued", state: at("queued") },
    { name: "storyboard", state: at("planning") },
    { name: "scenes", state: at("generating") },
  ];
  if (job.soundtrack !== "none")
    steps.push({ name: "music", state: musicState(job, at("generating")) });
  return [...steps, { name: "cut", state: at("composing") }];
}

function musicState(job: Job, scenes: Step["state"]): Step["state"] {
  if (job.soundtrack === "ready") return "done";
  return job.soundtrack === "failed" ? "failed" : scenes;
}

export interface Costs {
  /** Billionths of a dollar. */
  paid: number;
  isFinal: boolean;
}

/** What was paid to models so far; what runs counts with its expected price. */
export function costsOf(job: Job): Costs {
  const lines = (job.ledger ?? []).filter(({ kind }) => kind === "model");
  const paid = lines.reduce((sum, line) => sum + (line.actualNanoUsd ?? line.predictedNanoUsd), 0);
  return { paid, isFinal: hasEnded(job) };
}

/** What to say aloud when a job has changed; nothing where nothing worth saying did. */
export type News =
  | { kind: "stage"; stage: Stage }
  | { kind: "scenes"; ready: number; of: number }
  | { kind: "ended" };

export function newsOf(before: Job, now: Job): News | null {
  if (before.status !== now.status && hasEnded(now)) return { kind: "ended" };
  if (before.stage !== now.stage) return { kind: "stage", stage: now.stage };
  const ready = made(now).length;
  return ready > made(before).length ? { kind: "scenes", ready, of: now.sceneCount } : null;
}

/** What the parts cost that are not made yet. */
export function priceToGoOn(
  { scenes, music }: Storyboard,
  { kept, hasMusic }: Extract<FilmView, { kind: "stopped" }>,
): number {
  const missing = scenes.filter(({ index }) => !kept.includes(index));
  const price = missing.reduce((sum, scene) => sum + scene.priceNanoUsd, 0);
  return price + (hasMusic ? 0 : music.priceNanoUsd);
}
