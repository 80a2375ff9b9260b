import { createHash } from "node:crypto";
import type { Plugin, Rolldown } from "vite";

/** Pages that people arrive at, by the beginning of their addresses; the longest one counts. */
const PAGES: Record<string, string> = {
  "/gallery": "src/features/gallery/gallery-page.tsx",
  "/create": "src/features/create/create-page.tsx",
  "/films": "src/features/films/films-page.tsx",
  "/films/": "src/features/film/film-page.tsx",
  "/watch/": "src/features/watch/watch-page.tsx",
};

/** In the browser. A page's own files are fetched beside the entry, not when it has run. */
const SCRIPT = `
const found = Object.keys(PAGES).filter((start) => location.pathname.startsWith(start)).pop();
for (const file of PAGES[found] ?? []) {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = "/" + file;
  document.head.append(link);
}`;

/** Tells the browser the files of the page that it arrives at, which the entry asks for later. */
export function pageHints(): Plugin {
  return {
    name: "page-hints",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset") throw new Error("the build has no first page");
      const source = `const PAGES = ${JSON.stringify(filesOfPages(bundle))};${SCRIPT}`;
      const hash = createHash("sha256").update(source).digest("hex").slice(0, 8);
      const fileName = `static/page-hints-${hash}.js`;
      this.emitFile({ type: "asset", fileName, source });
      // In parallel with all else, whenever it comes.
      const tag = `<script type="module" async src="/${fileName}"></script>`;
      page.source = String(page.source).replace("<title>", `${tag}\n    <title>`);
    },
  };
}

function filesOfPages(bundle: Rolldown.OutputBundle): Record<string, string[]> {
  const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
  const entry = chunks.find(({ isEntry }) => isEntry);
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const known = filesOf(entry, byName);
  const entries = Object.entries(PAGES).map(([start, source]) => {
    const page = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/${source}`));
    if (!page) throw new Error(`${source} is no page of its own`);
    return [start, [...filesOf(page, byName)].filter((file) => !known.has(file))];
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
