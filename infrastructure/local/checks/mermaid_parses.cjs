// Reads every Mermaid diagram of the files as Mermaid itself does:
//
//     node infrastructure/local/checks/mermaid_parses.cjs FILE...
//
// Its packages are found through NODE_PATH; it wants a document, which a made up one is.
const fs = require("node:fs");
const { Window } = require("happy-dom");

const window = new Window();
Object.assign(globalThis, { window, document: window.document });

async function main(files) {
  const { default: mermaid } = await import(require.resolve("mermaid"));
  for (const file of files) {
    const text = fs.readFileSync(file, "utf8");
    for (const [, diagram] of text.matchAll(/```mermaid\n([\s\S]*?)```/g)) {
      await mermaid.parse(diagram).catch((error) => {
        console.error(`${file}: ${diagram.split("\n", 2).join(" ")}: ${error.message}`);
        process.exitCode = 1;
      });
    }
  }
}

main(process.argv.slice(2));
