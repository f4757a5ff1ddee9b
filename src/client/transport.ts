import { CountersignError } from "../core/countersign-error.ts";

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Query parameters; absent ones are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** One request to the server, independent of how it travels. */
export interface WireRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Made by {@link pathOf}. */
  readonly path: string;
  readonly query?: Query | undefined;
  /** A value to be sent as JSON, or a text with its media type. */
  readonly body?: unknown;
  /** Media type of a `body` that is text already; absent → the body is sent as JSON. */
  readonly mediaType?: string | undefined;
  /** Makes a POST safe to repeat. */
  readonly idempotencyKey?: string | undefined;
  /** Milliseconds that the server was asked to wait; they come on top of the request's own time. */
  readonly waitMs?: number | undefined;
  /** What goes along besides, such as a trace's headers; never one of the transport's own. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What carries requests: everything the client knows of the network. */
export interface Transport {
  /**
   * Sends a request, again if that is safe, and gives the JSON of a 2xx answer (`undefined` for none).
   * @throws CountersignError for every other answer, with `invocation` when the answer speaks of one, and `unavailable` for none;
   * the signal's reason when it aborts
   */
  send(request: WireRequest): Promise<unknown>;
}

/**
 * A path of fixed parts and escaped segments: pathOf`/v1/actions/${name}`.
 * @throws invalid_request for a segment that URLs read as a step in the tree: it would reach another resource
 */
export function pathOf(parts: TemplateStringsArray, ...segments: readonly string[]): string {
  return parts.map((part, index) => part + escapeSegment(segments[index])).join("");
}

function escapeSegment(segment: string | undefined): string {
  if (segment === undefined) return "";
  if (segment === "" || segment === "." || segment === ".." || LONE_SURROGATE.test(segment)) {
    throw new CountersignError("invalid_request", "An id or a name must be well-formed text and not empty, . or ..");
  }
  return encodeURIComponent(segment);
}
