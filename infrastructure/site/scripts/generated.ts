// Fails when the committed client is not the one of the contract.
import { rmSync } from "node:fs";
import { $, Glob } from "bun";

const COMMITTED = "src/api/generated";
// Beside the committed one, so that its relative imports are the same.
const NOW = "src/api/generated-now";

async function files(folder: string): Promise<Map<string, string>> {
  const paths = [...new Glob("**/*.ts").scanSync(folder)].sort();
  const texts = await Promise.all(paths.map((path) => Bun.file(`${folder}/${path}`).text()));
  return new Map(paths.map((path, at) => [path, texts[at] ?? ""]));
}

await $`${process.execPath} run generate`.env({ ...process.env, GENERATED: NOW }).quiet();
const [committed, now] = [await files(COMMITTED), await files(NOW)];
rmSync(NOW, { recursive: true });
const names = new Set([...committed.keys(), ...now.keys()]);
const stale = [...names].filter((name) => committed.get(name) !== now.get(name));
if (stale.length > 0) {
  console.error(`The client is not the contract's: ${stale.join(", ")}. Run \`bun run generate\`.`);
  process.exit(1);
}
