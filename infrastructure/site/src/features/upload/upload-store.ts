import { useSyncExternalStore } from "react";
import type { Visibility } from "@/api/generated/types.gen";

/** How far an upload is. */
type UploadState =
  | { kind: "sending"; sent: number; bytesPerSecond: number; isPaused: boolean }
  | { kind: "confirming" }
  | { kind: "confirmed"; videoId: string; transcodeId: string | null; error: unknown }
  | { kind: "failed"; error: unknown };

export interface Upload {
  id: string;
  name: string;
  size: number;
  title: string;
  visibility: Visibility;
  state: UploadState;
}

let uploads: readonly Upload[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Upload[]): void {
  uploads = next;
  for (const listener of listeners) listener();
}

/** All of this visit. */
export function allUploads(): readonly Upload[] {
  return uploads;
}

export function uploadOf(id: string): Upload | undefined {
  return uploads.find((upload) => upload.id === id);
}

export function addUpload(upload: Upload): void {
  change([upload, ...uploads.filter(({ id }) => id !== upload.id)]);
}

export function changeUpload(id: string, changes: Partial<Upload>): void {
  change(uploads.map((upload) => (upload.id === id ? { ...upload, ...changes } : upload)));
}

export function removeUpload(id: string): void {
  change(uploads.filter((upload) => upload.id !== id));
}

/** The uploads of this visit; they go on while the person looks at other pages. */
export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(subscribe, allUploads);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
