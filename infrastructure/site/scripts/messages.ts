// Fails when the catalog is not what the sources say.
import { $ } from "bun";

const CATALOG = "locales/en.po";
const text = () => Bun.file(CATALOG).text();
// The date of the extraction says nothing.
const messages = (po: string) => po.replace(/^"POT-Creation-Date:.*$/m, "");

const before = await text();
await $`${process.execPath} run messages`.quiet();
const after = await text();
await Bun.write(CATALOG, before);
if (messages(before) !== messages(after)) {
  console.error(`${CATALOG} is not what the sources say. Run \`bun run messages\`.`);
  process.exit(1);
}
