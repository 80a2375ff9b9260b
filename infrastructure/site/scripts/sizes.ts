// The budgets of the build, in kilobytes after gzip: what a page needs before it can be used.
import { gzipSync } from "node:zlib";

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
}

const ENTRY = "index.html";
const ENTRY_BUDGET = 150;
const STYLE_BUDGET = 15;
/** No script is larger, but the HLS engine. */
const FILE_BUDGET = 130;
const PAGES: Record<string, number> = {
  "src/features/create/create-page.tsx": 175,
  "src/features/film/film-page.tsx": 175,
  "src/features/storyboard/storyboard-page.tsx": 175,
  "src/features/films/films-page.tsx": 175,
  "src/features/gallery/gallery-page.tsx": 175,
  "src/features/watch/watch-page.tsx": 175,
  "src/features/upload/upload-page.tsx": 180,
};

const manifest: Record<string, Chunk> = await Bun.file("dist/.vite/manifest.json").json();
const kilobytes = new Map<string, number>();

async function size(file: string): Promise<number> {
  const known = kilobytes.get(file);
  if (known !== undefined) return known;
  const bytes = await Bun.file(`dist/${file}`).arrayBuffer();
  const found = gzipSync(bytes, { level: 9 }).byteLength / 1000;
  kilobytes.set(file, found);
  return found;
}

/** A chunk and all that it imports statically. */
function closure(names: string[], found = new Set<string>()): Set<string> {
  for (const name of names) {
    if (found.has(name)) continue;
    found.add(name);
    closure(manifest[name]?.imports ?? [], found);
  }
  return found;
}

async function total(names: string[], filesOf: (chunk: Chunk) => string[]): Promise<number> {
  const chunks = [...closure(names)].flatMap((name) => manifest[name] ?? []);
  const files = new Set(chunks.flatMap(filesOf));
  const sizes = await Promise.all([...files].map(size));
  return sizes.reduce((sum, one) => sum + one, 0);
}

let failures = 0;
function hold(what: string, found: number, budget: number): void {
  const fits = found <= budget;
  if (!fits) failures += 1;
  console.log(`${fits ? "   " : "!! "}${found.toFixed(1).padStart(6)} of ${budget} KB  ${what}`);
}

const scripts = (chunk: Chunk) => [chunk.file];
const styles = (chunk: Chunk) => chunk.css ?? [];
hold("entry", await total([ENTRY], scripts), ENTRY_BUDGET);
hold("entry's styles", await total([ENTRY], styles), STYLE_BUDGET);
for (const [page, budget] of Object.entries(PAGES)) {
  if (!manifest[page]) throw new Error(`${page} is not in the build`);
  hold(page, await total([ENTRY, page], scripts), budget);
}
// What these pages load by themselves, before it is wanted.
const player = "src/video/player/skinned-player.tsx";
const engine = "src/features/upload/upload-engine.ts";
hold(
  "watch with its player",
  await total([ENTRY, "src/features/watch/watch-page.tsx", player], scripts),
  215,
);
hold(
  "upload with its engine",
  await total([ENTRY, "src/features/upload/upload-page.tsx", engine], scripts),
  180,
);
for (const chunk of Object.values(manifest)) {
  const isScript = chunk.file.endsWith(".js") && !chunk.file.includes("hls");
  if (isScript && (await size(chunk.file)) > FILE_BUDGET)
    hold(chunk.file, await size(chunk.file), FILE_BUDGET);
}
process.exit(failures === 0 ? 0 : 1);
