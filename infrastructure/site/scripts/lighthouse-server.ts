import { join } from "node:path";
import { gzipSync } from "bun";

const DIST = "dist";
const API = /^\/(api|v|embed)\//;
/** The local cloud compresses nothing; the distribution does. */
const COMPRESSED = /\.(html|js|css|svg|txt)$/;

/** Where the API is, and whose session it is asked with. */
interface Behind {
  api: string;
  /** The site that the API knows: it takes writes from there alone. */
  site: string;
  cookie: string;
}

/** Serves the build as the distribution does, and the API with a session. */
export function serve(behind: Behind): { url: string; stop: () => void } {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      return API.test(pathname) ? ask(behind, request) : file(pathname);
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, stop: () => void server.stop(true) };
}

async function file(pathname: string): Promise<Response> {
  // Every screen is the first page.
  const name = pathname.includes(".") ? pathname : "index.html";
  const found = Bun.file(join(DIST, name));
  if (!(await found.exists())) return new Response(null, { status: 404 });
  const headers = { "Content-Type": found.type, Vary: "Accept-Encoding" };
  if (!COMPRESSED.test(name)) return new Response(found, { headers });
  const body = gzipSync(await found.bytes());
  return new Response(body, { headers: { ...headers, "Content-Encoding": "gzip" } });
}

async function ask({ api, site, cookie }: Behind, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = new Headers(request.headers);
  for (const name of ["host", "cookie", "accept-encoding"]) headers.delete(name);
  if (cookie) headers.set("cookie", cookie);
  if (headers.has("origin")) headers.set("origin", site);
  const { method, body } = request;
  const answer = await fetch(api + pathname + search, {
    method,
    headers,
    body,
    redirect: "manual",
  });
  const answered = new Headers(answer.headers);
  // It has been unpacked.
  for (const name of ["content-encoding", "content-length"]) answered.delete(name);
  return new Response(answer.body, { status: answer.status, headers: answered });
}
