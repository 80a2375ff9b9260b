import { t } from "@lingui/core/macro";
import AwsS3 from "@uppy/aws-s3";
import Uppy, { type UppyFile } from "@uppy/core";
import { toasts } from "@/lib/toasts";
import * as requests from "./upload-requests";
import { addUpload, allUploads, changeUpload, removeUpload, uploadOf } from "./upload-store";
import { uploadLike } from "./upload-view";

type Meta = Record<string, unknown>;
type Body = Record<string, never>;
type Source = UppyFile<Meta, Body>;

/** Of files in parts by their data; of whole files by their id. */
const partSizes = new WeakMap<object, number>();
const keys = new Map<string, string>();
const beganAt = new Map<string, number>();

function partSizeOf(data: object): number {
  return partSizes.get(data) ?? requests.SMALLEST_IN_PARTS;
}

const uppy = new Uppy<Meta, Body>({ autoProceed: true, allowMultipleUploadBatches: true });

uppy.use(AwsS3<Meta, Body>, {
  limit: 4,
  shouldUseMultipart: isInParts,
  getChunkSize: partSizeOf,
  getUploadParameters: async (file: Source) => {
    const { s3Key, uploadUrl, headers } = await requests.place(fileOf(file));
    keys.set(file.id, s3Key);
    return { method: "PUT", url: uploadUrl, headers };
  },
  createMultipartUpload: async (file: Source) => requests.begin(fileOf(file)),
  listParts: async (_file: Source, { uploadId }: { uploadId?: string }) => {
    const parts = await requests.storedParts(uploadId ?? "");
    return parts.map(({ partNumber, size, etag }) => ({
      PartNumber: partNumber,
      Size: size,
      ETag: etag,
    }));
  },
  signPart: async (file: Source, part: { uploadId: string; partNumber: number }) => ({
    url: await requests.partUrl(part.uploadId, part.partNumber, partCountOf(file)),
  }),
  completeMultipartUpload: async (_file: Source, { uploadId }: { uploadId: string }) => {
    await requests.complete(uploadId);
    return {};
  },
  // The engine calls this after any failure; parts are given up by the person only.
  abortMultipartUpload: () => {},
});

function partCountOf(file: Source): number {
  return Math.ceil((file.size ?? 0) / partSizeOf(fileOf(file)));
}

// Parts are begun here, so that their size is known and those of the last visit are found.
uppy.addPreProcessor(async (ids) => {
  const files = ids.map((id) => uppy.getFile(id));
  await Promise.all(files.filter(isInParts).map(prepare));
});

async function prepare(file: Source): Promise<void> {
  const { uploadId, key, partSize } = await requests.begin(fileOf(file));
  partSizes.set(fileOf(file), partSize);
  keys.set(file.id, key);
  const begun = { name: file.name, s3Multipart: { uploadId, key } };
  uppy.setFileState(file.id, begun);
}

uppy.on("upload-progress", (file, { bytesUploaded }) => {
  if (!file || uploadOf(file.id)?.state.kind !== "sending") return;
  const seconds = (performance.now() - (beganAt.get(file.id) ?? performance.now())) / 1000;
  changeUpload(file.id, {
    state: {
      kind: "sending",
      sent: bytesUploaded,
      bytesPerSecond: seconds > 0 ? bytesUploaded / seconds : 0,
      isPaused: false,
    },
  });
});
uppy.on("upload-success", (file) => {
  if (file) void confirm(file.id);
});
uppy.on("upload-error", (file, error) => {
  if (file) changeUpload(file.id, { state: { kind: "failed", error } });
});

/** The video first, then its renditions: a transcode that is refused loses no upload. */
async function confirm(id: string): Promise<void> {
  const upload = uploadOf(id);
  const key = keys.get(id);
  if (!upload || !key) return;
  changeUpload(id, { state: { kind: "confirming" } });
  try {
    const video = await requests.confirm(key, upload.title, upload.visibility);
    changeUpload(id, {
      state: { kind: "confirmed", videoId: video.id, transcodeId: null, error: null },
    });
    await beginTranscode(id, key, video.id);
  } catch (error) {
    changeUpload(id, { state: { kind: "failed", error } });
  }
}

async function beginTranscode(id: string, key: string, videoId: string): Promise<void> {
  const confirmed = { kind: "confirmed", videoId, transcodeId: null, error: null } as const;
  try {
    const transcode = await requests.transcode(key);
    changeUpload(id, { state: { ...confirmed, transcodeId: transcode.id } });
  } catch (error) {
    changeUpload(id, { state: { ...confirmed, error } });
  }
}

/** Begins to send files, or goes on with those that were begun. */
export function send(files: File[]): void {
  for (const file of files) {
    const before = uploadLike(allUploads(), file);
    if (before?.state.kind === "failed") retry(before.id);
    else if (before) void sayThatItIsThere(file.name);
    else add(file);
  }
}

function add(file: File): void {
  const id = uppy.addFile({ name: file.name, type: file.type, data: file });
  beganAt.set(id, performance.now());
  addUpload({
    id,
    name: file.name,
    size: file.size,
    title: file.name.replace(/\.[^.]+$/, ""),
    visibility: "private",
    state: { kind: "sending", sent: 0, bytesPerSecond: 0, isPaused: false },
  });
}

async function sayThatItIsThere(name: string): Promise<void> {
  const toast = await toasts();
  toast(t`“${name}” is in the list already.`);
}

export function pauseOrResume(id: string): void {
  const isPaused = uppy.pauseResume(id) ?? false;
  const state = uploadOf(id)?.state;
  if (state?.kind === "sending") changeUpload(id, { state: { ...state, isPaused } });
}

/** What failed is sent again from where it was; what arrived is only confirmed again. */
export function retry(id: string): void {
  const file = uppy.getFile(id);
  if (file.progress.uploadComplete) return void confirm(id);
  changeUpload(id, { state: { kind: "sending", sent: 0, bytesPerSecond: 0, isPaused: false } });
  void uppy.retryUpload(id);
}

/** Ends an upload for good. */
export function giveUp(id: string): void {
  const multipart: unknown = Reflect.get(uppy.getFile(id), "s3Multipart");
  uppy.removeFile(id);
  removeUpload(id);
  const isBegun = typeof multipart === "object" && multipart !== null && "uploadId" in multipart;
  if (isBegun && typeof multipart.uploadId === "string") void requests.abandon(multipart.uploadId);
}

function isInParts(file: Source): boolean {
  return fileOf(file).size > requests.SMALLEST_IN_PARTS;
}

function fileOf({ data }: Source): File {
  if (data instanceof File) return data;
  throw new TypeError("an upload is of a file");
}
