import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
/** What each room may import; the arrows run downwards. */
const BELOW: Record<string, string[]> = {
  app: ["features", "video", "live", "forms", "api", "ui", "lib"],
  features: ["video", "live", "forms", "api", "ui", "lib"],
  video: ["forms", "api", "ui", "lib"],
  live: ["api", "ui", "lib"],
  forms: ["api", "ui", "lib"],
  api: ["ui", "lib"],
  ui: ["lib"],
  lib: [],
};

interface Source {
  path: string;
  text: string;
}

function sources(): Source[] {
  const paths = readdirSync(ROOT, { recursive: true, encoding: "utf8" });
  return paths
    .filter((path) => /\.tsx?$/.test(path) && !path.includes("generated"))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

/** The rooms that a file may not know and imports. */
function forbidden({ path, text }: Source): string[] {
  const [room = "", feature = ""] = path.split("/");
  const below = BELOW[room];
  if (!below) return [];
  const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
    (found) => found[1] ?? "",
  );
  return imports.filter((target) => {
    if (target.startsWith("..")) return !path.includes(".test.");
    if (!target.startsWith("@/")) return false;
    const [other = "", part = ""] = target.slice(2).split("/");
    if (other === "test") return !path.includes(".test.");
    if (room === "features" && other === "features") return part !== feature;
    return other !== room && !below.includes(other);
  });
}

test("every room knows those below it only, and no feature another", () => {
  const found = sources().flatMap((source) =>
    forbidden(source).map((target) => `${source.path}: ${target}`),
  );
  expect(found).toEqual([]);
});

test("a forbidden import is found", () => {
  const text = 'import { x } from "@/features/watch/x";\nimport { y } from "@/app/y";';
  expect(forbidden({ path: "features/film/film.tsx", text })).toHaveLength(2);
  expect(forbidden({ path: "features/watch/x.tsx", text })).toEqual(["@/app/y"]);
});

test("colours are tokens: no hex value and no dark: in a component", () => {
  const painted = sources().filter(
    ({ path, text }) => path.endsWith(".tsx") && /\bdark:[a-z[]|["'[]#[0-9a-f]{3,8}\b/i.test(text),
  );
  expect(painted.map(({ path }) => path)).toEqual([]);
});

test("there is one polite live region: all else is said by it", () => {
  const regions = sources().filter(
    ({ path, text }) => path.endsWith(".tsx") && /role="status"|aria-live=/.test(text),
  );
  expect(regions.map(({ path }) => path)).toEqual(["app/live-region.tsx"]);
});
