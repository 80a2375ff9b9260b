import type { Job, Scene, Take } from "@/api/generated/types.gen";

const NOW = "2026-11-29T08:00:00.000Z";

export function aJob(changes: Partial<Job> = {}): Job {
  return {
    jobId: "01a223d0-4d58-77be-a26c-a4ee50b2eb92",
    status: "processing",
    stage: "generating",
    progress: 40,
    prompt: "A paper boat crosses a flooded city",
    category: "music-video",
    sceneCount: 3,
    durationSeconds: 12,
    aspectRatio: "16:9",
    transition: "fade",
    audio: "music",
    soundtrack: "pending",
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
}

export function aScene(index: number, status: Scene["status"]): Scene {
  return { index, title: `Scene ${index}`, status, attempts: 1, takes: [], updatedAt: NOW };
}

export function aTake(take: number, changes: Partial<Take> = {}): Take {
  return { take, chosen: false, madeAt: NOW, ...changes };
}
