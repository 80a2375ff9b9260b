import {
  transcodesCreate,
  uploadConfirm,
  uploadGenerateUrl,
  uploadMultipartAbort,
  uploadMultipartComplete,
  uploadMultipartCreate,
  uploadMultipartList,
  uploadMultipartParts,
} from "@/api/generated/sdk.gen";
import type { Visibility } from "@/api/generated/types.gen";
import { createPartLinks } from "./part-links";
import { patiently } from "./patience";
import { type Begun, begunOf, forget, remember } from "./remembered";

/** The contract's smallest file for an upload in parts. */
export const SMALLEST_IN_PARTS = 5 * 1024 * 1024;

const strictly = { throwOnError: true } as const;

/** A link for a whole file. */
export function place(file: File) {
  return patiently(async () => {
    const body = { filename: file.name, contentType: file.type || null, size: file.size };
    const { data } = await uploadGenerateUrl({ body, ...strictly });
    return data;
  });
}

/** The parts that were begun for the same file, or new ones. */
export function begin(file: File): Promise<Begun> {
  return patiently(async () => {
    const before = begunOf(file, Date.now());
    if (before) return before;
    const { name, size, lastModified } = file;
    const body = { filename: name, contentType: file.type || null, size };
    const { data } = await uploadMultipartCreate({ body, ...strictly });
    const { uploadId, s3Key: key, partSize, expiresIn } = data;
    const expiresAt = Date.now() + expiresIn * 1000;
    const begun = { name, size, lastModified, uploadId, key, partSize, expiresAt };
    remember(begun, Date.now());
    return begun;
  });
}

export function storedParts(id: string) {
  return patiently(async () => {
    const { data } = await uploadMultipartList({ path: { id }, ...strictly });
    return data.parts;
  });
}

/** A link for one part of so many. */
export const partUrl = createPartLinks((id, partNumbers) => {
  return patiently(async () => {
    const { data } = await uploadMultipartParts({
      path: { id },
      body: { partNumbers },
      ...strictly,
    });
    return data;
  });
}, Date.now);

export async function complete(id: string): Promise<void> {
  await patiently(() => uploadMultipartComplete({ path: { id }, ...strictly }));
  forget(id);
}

/** Gives an upload up: its parts are removed. */
export async function abandon(id: string): Promise<void> {
  forget(id);
  await uploadMultipartAbort({ path: { id }, ...strictly });
}

/** Makes a video of an uploaded file. Twice is once, so it may be asked again. */
export function confirm(s3Key: string, title: string, visibility: Visibility) {
  return patiently(async () => {
    const { data } = await uploadConfirm({ body: { s3Key, title, visibility }, ...strictly });
    return data;
  });
}

/** Begins to make its renditions; the same key makes a repetition harmless. */
export function transcode(s3Key: string) {
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  return patiently(async () => {
    const { data } = await transcodesCreate({ body: { inputSource: s3Key }, headers, ...strictly });
    return data.job;
  });
}
