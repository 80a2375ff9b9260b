import type { ErrorBody, ErrorCode } from "@/api/generated/types.gen";

/** A field that the API found wrong: its path in the body, such as `scenes[2].title`. */
export interface FieldFault {
  field: string;
  constraint: string;
}

/** A refusal of the API, or an answer that never came (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: ErrorCode | "OFFLINE" | "UNKNOWN";
  readonly requestId: string | null;
  readonly faults: FieldFault[];
  /** Seconds, where the API says when to try again. */
  readonly retryAfter: number | null;

  constructor(response: Response | undefined, body: unknown) {
    const refusal = isErrorBody(body) ? body : null;
    super(refusal?.error ?? (response ? `HTTP ${response.status}` : "No answer"));
    this.name = "ApiError";
    this.status = response?.status ?? 0;
    this.code = refusal?.code ?? (response ? "UNKNOWN" : "OFFLINE");
    this.requestId = requestIdOf(response);
    this.faults = faultsOf(refusal?.details);
    this.retryAfter = secondsOf(response?.headers.get("retry-after"));
  }
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

/** Too many requests in a minute: the same one is answered when its turn comes. */
export function isOutOfTurn(error: unknown): boolean {
  return nextTurn(error) !== null;
}

/** Milliseconds until the turn of who asked too often; `null` where it is another error. */
export function nextTurn(error: unknown): number | null {
  if (!(error instanceof ApiError) || error.code !== "RATE_LIMIT_EXCEEDED") return null;
  return (error.retryAfter ?? 1) * 1000;
}

export function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === "object" && body !== null && "error" in body && "code" in body;
}

function requestIdOf(response: Response | undefined): string | null {
  const headers = ["apigw-requestid", "x-amzn-requestid", "x-amz-cf-id"];
  return headers.map((name) => response?.headers.get(name)).find(Boolean) ?? null;
}

function secondsOf(header: string | null | undefined): number | null {
  const seconds = Number(header);
  return header && Number.isFinite(seconds) ? seconds : null;
}

function faultsOf(details: ErrorBody["details"] | undefined): FieldFault[] {
  if (!details) return [];
  const list: unknown[] = Array.isArray(details["faults"]) ? details["faults"] : [details];
  return list.filter(isFault);
}

function isFault(value: unknown): value is FieldFault {
  if (typeof value !== "object" || value === null) return false;
  return "field" in value && typeof value.field === "string" && "constraint" in value;
}
