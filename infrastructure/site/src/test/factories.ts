import type { Job, Scene, StoryboardScene, Take, Video } from "@/api/generated/types.gen";

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

export function aPlannedScene(index: number, seconds: number): StoryboardScene {
  const words = { title: `Scene ${index}`, description: "A boat drifts", camera: "slow" };
  return { index, ...words, seconds, transition: "fade", priceNanoUsd: 5, takes: [] };
}

export function aVideo(changes: Partial<Video> = {}): Video {
  return {
    id: "01a223d0-4d58-77be-a26c-a4ee50b2eb92",
    userId: "somebody",
    title: "A paper boat",
    description: "",
    status: "ready",
    visibility: "public",
    resolution: "1920x1080",
    width: 1920,
    height: 1080,
    videoCodec: "h264",
    fileSize: 1000,
    views: 1,
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
}

export function aTake(take: number, changes: Partial<Take> = {}): Take {
  return { take, chosen: false, madeAt: NOW, ...changes };
}
