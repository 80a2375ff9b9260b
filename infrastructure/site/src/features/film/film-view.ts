import type {
  Job,
  LedgerEntry,
  Scene,
  SceneStatus,
  Stage,
  Storyboard,
} from "@/api/generated/types.gen";

/** What a job means on the screen. */
export type FilmView =
  | { kind: "making"; steps: Step[]; canCancel: boolean }
  | { kind: "review" }
  | { kind: "ready"; change: Change | null }
  | { kind: "stopped"; why: "failed" | "cancelled"; kept: number[]; hasMusic: boolean };

/** A part of a finished film that is made anew, or of which an earlier take was chosen. */
export interface Change {
  /** `null` when it is the music. */
  scene: number | null;
  take: number;
  /** The take is there: the film is being put together with it. */
  isMade: boolean;
  /** It uses a film of the month when it is done. */
  usesPlace: boolean;
  canCancel: boolean;
}

export type StepName = "queued" | "storyboard" | "scenes" | "music" | "cut";

export interface Step {
  name: StepName;
  state: "done" | "now" | "later" | "failed";
}

export function filmView(job: Job): FilmView {
  const change = changeOf(job);
  if (change) return { kind: "ready", change };
  switch (job.status) {
    case "completed":
      return { kind: "ready", change: null };
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
        canCancel: job.status !== "cancelling",
      };
  }
}

function changeOf({ change, scenes, soundtrackTakes, status }: Job): Change | null {
  if (!change) return null;
  const { take, usesPlace } = change;
  const scene = change.scene ?? null;
  const ofScene = () => scenes?.find(({ index }) => index === scene)?.takes;
  const takes = (scene === null ? soundtrackTakes : ofScene()) ?? [];
  const isMade = takes.some((one) => one.take === take);
  return { scene, take, isMade, usesPlace, canCancel: status !== "cancelling" };
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

/** How a scene stands; one that a film ended without is missing, whatever it was about to be. */
export type SceneState = SceneStatus | "missing";

export function sceneState(job: Job, { status }: Scene): SceneState {
  const isOpen = status === "pending" || status === "generating";
  return isOpen && hasEnded(job) ? "missing" : status;
}

/** In billionths of a dollar. */
export interface Costs {
  paid: number;
  /** With what is still at work. */
  expected: number;
}

/** What models cost: of a part at work its price is expected, not paid. */
export function costsOf(job: Job): Costs {
  const lines = (job.ledger ?? []).filter(({ kind }) => kind === "model");
  const sum = (price: (line: LedgerEntry) => number) =>
    lines.reduce((all, line) => all + price(line), 0);
  return {
    paid: sum((line) => line.actualNanoUsd ?? 0),
    expected: sum((line) => line.actualNanoUsd ?? line.predictedNanoUsd),
  };
}

/** What to say aloud when a job has changed; nothing where nothing worth saying did. */
export type News =
  | { kind: "stage"; stage: Stage }
  | { kind: "scenes"; ready: number; of: number }
  | { kind: "ended" };

export function newsOf(before: Job, now: Job): News | null {
  if (before.status !== now.status && hasEnded(now)) {
    // That a change did not work out is an alert of the page.
    return now.status === "completed" && now.error ? null : { kind: "ended" };
  }
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
