import type { OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import { z } from "zod";
import { MAX_INPUT_DEPTH } from "../contract/limits.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { MAX_IDEMPOTENCY_KEY_LENGTH } from "../core/idempotency-key.ts";
import { findJsonFault } from "../core/json-guard.ts";
import { assertIdempotencyKey } from "../gateway/assert-idempotency-key.ts";
import type { Caller } from "../gateway/gateway.ts";
import type { AppContext, AppEnv } from "./app-env.ts";
import { assertMediaType, parseJson, readText } from "./body.ts";
import { parseBody, parseQuery } from "./validation.ts";

/** What a request must look like and what it is answered with: routes, types and document come from it. */
export interface Endpoint<Query extends z.ZodObject = z.ZodObject, Body extends z.ZodType = z.ZodType> {
  readonly method: "get" | "post" | "put" | "delete";
  /** With parameters in braces, as OpenAPI writes them. */
  readonly path: string;
  /** Chapter of the document. */
  readonly tag: string;
  /** One line for people. */
  readonly summary: string;
  /** Query parameters; absent: none are allowed. */
  readonly query?: Query;
  /** JSON body; absent: whatever is sent is not read. */
  readonly body?: Body;
  /** No body at all counts as `{}`. */
  readonly isBodyOptional?: boolean;
  /** The body is judged as data: NUL characters and lone surrogates are ordinary text. */
  readonly isAnyTextAllowed?: boolean;
  /** Whether it takes the header `Idempotency-Key`. */
  readonly takesIdempotencyKey?: boolean;
  /** Successful answers by status. */
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType }>>;
}

/** A request that was found to fit its endpoint. */
export interface Call<Query extends z.ZodObject, Body extends z.ZodType> {
  /** Authenticated, permissions not checked yet. */
  readonly caller: Caller;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  /** A well-formed idempotency key, when the endpoint takes one and one was sent. */
  readonly idempotencyKey: string | undefined;
  /** For path parameters and the answer. */
  readonly c: AppContext;
}

const NOTHING = z.strictObject({});

/** Bodies are one level deeper than the input in them. */
const MAX_BODY_DEPTH = MAX_INPUT_DEPTH + 1;

/** Declares an endpoint; only keeps its types apart. */
export function defineEndpoint<Query extends z.ZodObject = typeof NOTHING, Body extends z.ZodType = typeof NOTHING>(
  endpoint: Endpoint<Query, Body>,
): Endpoint<Query, Body> {
  return endpoint;
}

/** Where endpoints are added to. */
export interface EndpointTarget {
  readonly app: OpenAPIHono<AppEnv>;
  readonly maxBodyBytes: number;
}

/** Adds an endpoint to the app and its document. The handler is called with a checked query and body. */
export function addEndpoint<Query extends z.ZodObject, Body extends z.ZodType>(
  target: EndpointTarget,
  endpoint: Endpoint<Query, Body>,
  handle: (call: Call<Query, Body>) => Promise<Response>,
): void {
  const querySchema = endpoint.query ?? NOTHING;
  target.app.openAPIRegistry.registerPath(describeEndpoint(endpoint));
  target.app.on(endpoint.method.toUpperCase(), endpoint.path.replaceAll(/\{(\w+)\}/g, ":$1"), async (c) => {
    const query = parseQuery(querySchema, searchOf(c)) as z.output<Query>;
    const idempotencyKey = endpoint.takesIdempotencyKey === true ? readIdempotencyKey(c) : undefined;
    const body = (
      endpoint.body === undefined ? {} : await readBody(c, endpoint, target.maxBodyBytes)
    ) as z.output<Body>;
    return handle({ caller: c.get("caller"), query, body, idempotencyKey, c });
  });
}

async function readBody(c: AppContext, endpoint: Endpoint, maxBytes: number): Promise<unknown> {
  const text = await readText(c, maxBytes);
  const isAbsent = text === "" && endpoint.isBodyOptional === true;
  if (!isAbsent) assertMediaType(c, ["application/json"]);
  const value = isAbsent ? {} : parseJson(text);
  const fault = findJsonFault(value, { maxDepth: MAX_BODY_DEPTH, allowAnyText: endpoint.isAnyTextAllowed === true });
  if (fault !== undefined) {
    const errors = [{ pointer: fault.pointer, message: fault.message }];
    throw new CountersignError("invalid_input", fault.message, { details: { errors } });
  }
  return parseBody(endpoint.body ?? NOTHING, value);
}

function readIdempotencyKey(c: AppContext): string | undefined {
  const key = c.req.header("idempotency-key");
  assertIdempotencyKey(key);
  return key;
}

function searchOf(c: AppContext): URLSearchParams {
  const start = c.req.url.indexOf("?");
  return new URLSearchParams(start === -1 ? "" : c.req.url.slice(start + 1).split("#", 1)[0]);
}

function describeEndpoint(endpoint: Endpoint): RouteConfig {
  const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const responses: RouteConfig["responses"] = { default: { $ref: "#/components/responses/Problem" } };
  for (const [status, { description, schema }] of Object.entries(endpoint.answers)) {
    responses[status] = { description, content: { "application/json": { schema } } };
  }
  const body =
    endpoint.body === undefined ? {} : { body: describeBody(endpoint.body, endpoint.isBodyOptional !== true) };
  return {
    method: endpoint.method,
    path: endpoint.path,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    security: [{ bearer: [] }],
    request: {
      ...(names.length === 0 ? {} : { params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) }),
      ...(endpoint.query === undefined ? {} : { query: endpoint.query }),
      ...(endpoint.takesIdempotencyKey === true
        ? { headers: z.object({ "Idempotency-Key": z.string().min(1).max(MAX_IDEMPOTENCY_KEY_LENGTH).optional() }) }
        : {}),
      ...body,
    },
    responses,
  };
}

function describeBody(schema: z.ZodType, required: boolean) {
  return { required, content: { "application/json": { schema } } };
}
