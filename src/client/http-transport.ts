import { CountersignError } from "../core/countersign-error.ts";
import { toProblemError } from "./problem.ts";
import { isSafeToRepeat, isWorthRepeating, retryDelayMs, sleep } from "./retry.ts";
import type { Query, Transport, WireRequest } from "./transport.ts";

/** What a transport over HTTP needs. */
export interface HttpTransportOptions {
  /** Address of the server, a path prefix included, without trailing slash. */
  readonly baseUrl: string;
  /** Bearer key; without one the server answers 401 to nearly everything. */
  readonly apiKey: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds for one request, on top of what the server is asked to wait. */
  readonly timeoutMs: number;
  /** Repetitions of a safe request after its first try. */
  readonly maxRetries: number;
}

/** Carries requests over HTTP with `fetch`. Redirects are not followed: the key goes to the configured server only. */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  return { send: (request) => sendWithRetries(options, request) };
}

async function sendWithRetries(options: HttpTransportOptions, request: WireRequest): Promise<unknown> {
  const maxRetries = isSafeToRepeat(request) ? options.maxRetries : 0;
  for (let retry = 1; ; retry += 1) {
    try {
      return await sendOnce(options, request);
    } catch (error) {
      if (!(error instanceof CountersignError) || retry > maxRetries || !isWorthRepeating(error)) throw error;
      await sleep(retryDelayMs(retry, Math.random(), error.retryAfterMs), request.signal);
    }
  }
}

async function sendOnce(options: HttpTransportOptions, request: WireRequest): Promise<unknown> {
  const limitMs = options.timeoutMs + (request.waitMs ?? 0);
  const url = `${options.baseUrl}${request.path}${toQueryText(request.query)}`;
  const init = toRequestInit(options, request);
  request.signal?.throwIfAborted();
  // Called as a plain function: browsers refuse a fetch that is called as a method of something else.
  const { fetch } = options;
  const attempt = startAttempt(limitMs, request.signal);
  try {
    const response = await fetch(url, { ...init, redirect: "manual", signal: attempt.signal });
    const text = await response.text();
    const body = parseJson(text);
    if (response.ok && (body !== undefined || text === "")) return body;
    if (response.ok)
      throw new CountersignError("unavailable", `What answers at ${options.baseUrl} is no Countersign`, {
        status: response.status,
        retryable: false,
      });
    throw toProblemError(
      { status: response.status, retryAfter: response.headers.get("retry-after") },
      body,
      Date.now(),
    );
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    request.signal?.throwIfAborted();
    const message = attempt.isOver()
      ? `No answer from ${options.baseUrl} within ${limitMs} ms`
      : `Can't reach the server at ${options.baseUrl}${describeCause(error)}`;
    throw new CountersignError("unavailable", message, { cause: error });
  } finally {
    attempt.end();
  }
}

/** One try's own signal: the caller's and the time limit in one. Ended by hand, so that a long-lived signal gathers no listeners. */
function startAttempt(limitMs: number, outer: AbortSignal | undefined) {
  const controller = new AbortController();
  let isOver = false;
  const abort = (): void => controller.abort(outer?.reason);
  const timer = setTimeout(() => {
    isOver = true;
    controller.abort();
  }, limitMs);
  outer?.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    isOver: () => isOver,
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", abort);
    },
  };
}

function toRequestInit(options: HttpTransportOptions, request: WireRequest): RequestInit {
  const headers: Record<string, string> = { ...request.headers, accept: "application/json" };
  if (options.apiKey !== undefined) headers["authorization"] = `Bearer ${options.apiKey}`;
  if (request.idempotencyKey !== undefined) headers["idempotency-key"] = request.idempotencyKey;
  if (request.body === undefined) return { method: request.method, headers };
  headers["content-type"] = request.mediaType ?? "application/json";
  return { method: request.method, headers, body: toBodyText(request) };
}

function toBodyText(request: WireRequest): string {
  if (request.mediaType !== undefined && typeof request.body === "string") return request.body;
  try {
    return JSON.stringify(request.body);
  } catch (cause) {
    throw new CountersignError("invalid_request", "The request can't be written as JSON", { cause });
  }
}

function toQueryText(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? "" : `?${parameters.toString()}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` hides the reason (ECONNREFUSED, ENOTFOUND …) in its error's cause. */
function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const code = error.cause instanceof Error && "code" in error.cause ? error.cause.code : undefined;
  return typeof code === "string" ? ` (${code})` : "";
}
