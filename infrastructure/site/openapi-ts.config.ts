import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "../../shared/contract/openapi.json",
  output: { path: process.env["GENERATED"] ?? "src/api/generated", clean: true },
  plugins: [
    "@hey-api/typescript",
    "@hey-api/sdk",
    { name: "@hey-api/client-fetch", runtimeConfigPath: "./src/api/client.ts" },
    { name: "@tanstack/react-query", queryKeys: true },
    { name: "zod", compatibilityVersion: "mini", requests: true, responses: false },
  ],
});
