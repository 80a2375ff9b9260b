import { ApiError, isErrorBody } from "@/api/api-error";
import { client } from "@/api/generated/client.gen";

/** Makes every failure of the generated client an `ApiError`. */
export function setUpClient(): void {
  client.interceptors.error.use((error, response) => {
    if (error instanceof ApiError) return error;
    const answered = response instanceof Response ? response : undefined;
    if (!answered && !isErrorBody(error) && isAbort(error)) return error;
    return new ApiError(answered, error);
  });
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
