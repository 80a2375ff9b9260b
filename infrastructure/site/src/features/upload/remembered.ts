import { stored } from "@/lib/storage";

/** An upload in parts that was begun: what it takes to go on with the same file. */
export interface Begun {
  name: string;
  size: number;
  lastModified: number;
  uploadId: string;
  key: string;
  partSize: number;
  /** Milliseconds. */
  expiresAt: number;
}

type FileFacts = Pick<File, "name" | "size" | "lastModified">;

const begun = stored<Begun[]>("uploads", (raw) => (Array.isArray(raw) ? raw.filter(isBegun) : []));

/** Those that can still go on. */
export function unfinished(now: number): Begun[] {
  return begun.read().filter(({ expiresAt }) => expiresAt > now);
}

export function begunOf(file: FileFacts, now: number): Begun | undefined {
  return unfinished(now).find((one) => isOf(one, file));
}

export function remember(one: Begun, now: number): void {
  begun.write([...unfinished(now).filter((other) => !isOf(other, one)), one]);
}

export function forget(uploadId: string): void {
  begun.write(begun.read().filter((one) => one.uploadId !== uploadId));
}

function isOf(one: Begun, file: FileFacts): boolean {
  return one.name === file.name && one.size === file.size && one.lastModified === file.lastModified;
}

function isBegun(raw: unknown): raw is Begun {
  if (typeof raw !== "object" || raw === null) return false;
  const texts = ["name", "uploadId", "key"].map((key): unknown => Reflect.get(raw, key));
  const numbers = ["size", "lastModified", "partSize", "expiresAt"];
  return (
    texts.every((text) => typeof text === "string") &&
    numbers.every((key) => typeof Reflect.get(raw, key) === "number")
  );
}
