import type { CreateClientConfig } from "@/api/generated/client.gen";
import { fetchWithSession } from "@/api/renewal";

/** What the generated client begins with: this origin, JSON, and sessions that renew. */
export const createClientConfig: CreateClientConfig = (base) => ({
  ...base,
  baseUrl: "",
  fetch: fetchWithSession,
  headers: { Accept: "application/json" },
});
