import { earlyAnswer } from "@/api/early-answers";

/** Paths that are never renewed for: they are the renewal, or the way to sign in. */
const SIGN_IN = "/api/v1/auth/";

type Listener = () => void;
const listeners = new Set<Listener>();
let renewal: Promise<boolean> | null = null;

/** Calls `listener` whenever a request is refused because the session is over. */
export function onSessionOver(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** `fetch`, unless that was done; once more after the session was renewed where it had run out. */
export async function fetchWithSession(input: RequestInfo | URL, init?: RequestInit) {
  const request = new Request(input, init);
  const again = request.clone();
  const response = await (earlyAnswer(request) ?? fetch(request));
  if (response.status !== 401 || new URL(request.url).pathname.startsWith(SIGN_IN)) return response;
  if (await renewed()) return fetch(again);
  for (const listener of listeners) listener();
  return response;
}

/** All requests that find the session over wait for one renewal. */
function renewed(): Promise<boolean> {
  renewal ??= renew().finally(() => {
    renewal = null;
  });
  return renewal;
}

async function renew(): Promise<boolean> {
  try {
    const response = await fetch(`${SIGN_IN}refresh`, { method: "POST" });
    return response.ok;
  } catch {
    return false;
  }
}
