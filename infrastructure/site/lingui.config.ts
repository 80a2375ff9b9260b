import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en"],
  catalogs: [{ path: "<rootDir>/locales/{locale}", include: ["src"] }],
  // Line numbers would change the catalog with every edit.
  format: formatter({ lineNumbers: false }),
});
