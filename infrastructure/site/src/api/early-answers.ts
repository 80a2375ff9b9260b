declare global {
  interface Window {
    /** What the first page asked for before the site was there (`scripts/page-hints.ts`). */
    earlyAnswers?: Map<string, Promise<Response>>;
  }
}

// Who comes second asks for nothing.
window.earlyAnswers ??= new Map();

/** The answer to a request that was sent already; each is good for once. */
export function earlyAnswer({ method, url }: Request): Promise<Response> | undefined {
  if (method !== "GET") return undefined;
  const { pathname, search } = new URL(url);
  const answer = window.earlyAnswers?.get(pathname + search);
  window.earlyAnswers?.delete(pathname + search);
  return answer;
}
