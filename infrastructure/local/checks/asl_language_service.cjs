// Validates state machines with the language service of the AWS Toolkit:
//
//     node infrastructure/local/checks/asl_language_service.cjs FILE...
//
// Its packages are found through NODE_PATH.
const fs = require("node:fs");
const { getLanguageService } = require("amazon-states-language-service");
const { TextDocument } = require("vscode-languageserver-textdocument");

const service = getLanguageService({
  workspaceContext: { resolveRelativePath: () => "" },
});

async function problemsOf(file) {
  const text = fs.readFileSync(file, "utf8");
  const document = TextDocument.create(`file://${file}`, "asl", 1, text);
  const parsed = service.parseJSONDocument(document);
  const options = { shouldShowErrors: true };
  return service.doValidation(document, parsed, options, options);
}

async function main(files) {
  let count = 0;
  for (const file of files) {
    for (const problem of await problemsOf(file)) {
      count += 1;
      console.error(`${file}:${problem.range.start.line + 1}: ${problem.message}`);
    }
  }
  process.exitCode = count === 0 ? 0 : 1;
}

main(process.argv.slice(2));
