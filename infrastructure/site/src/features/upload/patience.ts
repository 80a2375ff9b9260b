import { ApiError, isOutOfTurn, nextTurn } from "@/api/api-error";

const TRIES = 8;
const LONGEST_WAIT_MS = 30_000;

/**
 * Asks again where nothing answered or the service is away, after the connection is back, and
 * where it was asked too often, when it says. An upload must not end because its last request
 * met a tunnel.
 */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt >= TRIES || !mayPass(error)) throw error;
      await connected();
      await pause(nextTurn(error) ?? Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt));
    }
  }
}

function mayPass(error: unknown): boolean {
  if (isOutOfTurn(error)) return true;
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

function connected(): Promise<void> {
  if (navigator.onLine) return Promise.resolve();
  return new Promise((resolve) =>
    window.addEventListener("online", () => resolve(), { once: true }),
  );
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, milliseconds));
}
