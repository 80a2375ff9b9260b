import { createHash } from "node:crypto";
import type { Plugin, Rolldown } from "vite";

interface Arrival {
  /** The page's own source. */
  page: string;
  /** What it asks the API for first: the same addresses, or it would be asked for twice. */
  asks?: string[];
}

/** Pages that people arrive at, by the beginning of their addresses; the longest one counts. */
export const ARRIVALS: Record<string, Arrival> = {
  "/gallery": {
    page: "src/features/gallery/gallery-page.tsx",
    asks: ["/api/gallery/videos?visibility=public&limit=24"],
  },
  "/create": { page: "src/features/create/create-page.tsx" },
  "/films": { page: "src/features/films/films-page.tsx" },
  "/films/": { page: "src/features/film/film-page.tsx", asks: ["/api/v1/jobs/:id"] },
  "/watch/": {
    page: "src/features/watch/watch-page.tsx",
    asks: ["/api/gallery/videos/:id", "/api/gallery/videos/:id/stream"],
  },
};

/**
 * In the browser. A page's own files and what it asks for are fetched beside the entry, not when
 * it has run, and so is the picture of a film: it is the most of its page. The entry takes the
 * answers (`src/api/early-answers.ts`), or asks by itself if it was there before. A list with
 * words of a search, and pages below, ask by themselves.
 */
const SCRIPT = `
const { pathname, search } = location;
const start = Object.keys(PAGES).filter((one) => pathname.startsWith(one)).pop();
const id = pathname.slice(start?.length);
const { files = [], asks = [] } = PAGES[start] ?? {};
const hint = (rel, href, more) =>
  document.head.append(Object.assign(document.createElement("link"), { rel, href, ...more }));
const show = ({ thumbnailUrl }) =>
  thumbnailUrl && hint("preload", thumbnailUrl, { as: "image", fetchPriority: "high" });
const ask = (address) => {
  const answer = fetch(address, { headers: { Accept: "application/json" } });
  answer.then((found) => found.clone().json()).then(show).catch(() => {});
  return [address, answer];
};
const isPage = start?.endsWith("/") ? id && !id.includes("/") : !id && !search;
if (!window.earlyAnswers && isPage) {
  window.earlyAnswers = new Map(asks.map((one) => ask(one.replace(":id", id))));
}
for (const file of files) hint("modulepreload", "/" + file, {});`;

interface Hints {
  files: string[];
  asks: string[] | undefined;
}

/** Tells the browser the files of the page that it arrives at, which the entry asks for later. */
export function pageHints(): Plugin {
  return {
    name: "page-hints",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset") throw new Error("the build has no first page");
      const source = `const PAGES = ${JSON.stringify(hintsOfPages(bundle))};${SCRIPT}`;
      const hash = createHash("sha256").update(source).digest("hex").slice(0, 8);
      const fileName = `static/page-hints-${hash}.js`;
      this.emitFile({ type: "asset", fileName, source });
      // In parallel with all else, whenever it comes.
      const tag = `<script type="module" async fetchpriority="high" src="/${fileName}"></script>`;
      page.source = String(page.source).replace("<title>", `${tag}\n    <title>`);
    },
  };
}

function hintsOfPages(bundle: Rolldown.OutputBundle): Record<string, Hints> {
  const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const known = filesOf(
    chunks.find(({ isEntry }) => isEntry),
    byName,
  );
  const entries = Object.entries(ARRIVALS).map(([start, { page, asks }]) => {
    const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/${page}`));
    if (!chunk) throw new Error(`${page} is no page of its own`);
    const files = [...filesOf(chunk, byName)].filter((file) => !known.has(file));
    return [start, { files, asks }];
  });
  return Object.fromEntries(entries);
}

/** A chunk and all that it imports statically. */
function filesOf(
  chunk: Rolldown.OutputChunk | undefined,
  byName: Map<string, Rolldown.OutputChunk>,
  found = new Set<string>(),
): Set<string> {
  if (!chunk || found.has(chunk.fileName)) return found;
  found.add(chunk.fileName);
  for (const name of chunk.imports) filesOf(byName.get(name), byName, found);
  return found;
}
