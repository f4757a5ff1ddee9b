import { connect } from "node:net";
import { beforeAll, expect, test } from "vitest";
import { ADMIN_KEY, createChaosServer } from "../support/chaos-server.ts";
import { eventually } from "../support/processes.ts";

const PATH = "/v1/actions/chaos.idempotent/invocations";
const server = createChaosServer();

beforeAll(async () => void (await server.start()));

/** A request as bytes, so that it may be as wrong as it likes. */
interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** Sends it with a good key, and reads what came back. */
async function send({ method = "POST", path = PATH, headers = {}, body }: RawRequest) {
  const all = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json", ...headers };
  const init = { method, headers: all, ...(body === undefined ? {} : { body }) };
  const response = await fetch(`${server.url()}${path}`, init);
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, text };
}

function inputOf(json: string): string {
  return `{"waitMs":0,"input":${json}}`;
}

function nested(levels: number): string {
  return `{"text":${"[".repeat(levels)}${"]".repeat(levels)}}`;
}

const BODIES: readonly (readonly [name: string, status: number, code: string, request: RawRequest])[] = [
  ["nothing", 400, "malformed_request", { body: "" }],
  ["no JSON", 400, "malformed_request", { body: "text=1" }],
  ["half a JSON", 400, "malformed_request", { body: `{"input":{"text":"a"` }],
  ["NaN", 400, "malformed_request", { body: inputOf(`{"text":NaN}`) }],
  ["Infinity", 400, "malformed_request", { body: inputOf(`{"text":"a","takesMs":Infinity}`) }],
  ["a number too large for one", 422, "invalid_input", { body: inputOf(`{"text":"a","takesMs":1e999}`) }],
  ["invalid UTF-8", 400, "malformed_request", { body: new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) }],
  ["a byte order mark", 202, "", { body: `\ufeff${inputOf(`{"text":"a"}`)}` }],
  ["null", 422, "invalid_request", { body: "null" }],
  ["an array", 422, "invalid_request", { body: "[]" }],
  ["a string", 422, "invalid_request", { body: `"input"` }],
  ["no input", 422, "invalid_request", { body: "{}" }],
  ["an input that is null", 422, "invalid_input", { body: inputOf("null") }],
  ["an input that is an array", 422, "invalid_input", { body: inputOf("[]") }],
  ["an input of the wrong type", 422, "invalid_input", { body: inputOf(`{"text":7}`) }],
  ["an input of the wrong choice", 422, "invalid_input", { body: inputOf(`{"text":"a","hang":"hunter2"}`) }],
  ["an unknown field", 422, "invalid_request", { body: `{"input":{"text":"a"},"hunter2":1}` }],
  ["waitMs of the wrong type", 422, "invalid_request", { body: `{"input":{"text":"a"},"waitMs":"hunter2"}` }],
  ["waitMs out of range", 422, "invalid_request", { body: `{"input":{"text":"a"},"waitMs":60001}` }],
  ["an escaped lone surrogate", 422, "invalid_input", { body: inputOf(`{"text":"\\ud800hunter2"}`) }],
  ["an escaped NUL", 422, "invalid_input", { body: inputOf(`{"text":"\\u0000hunter2"}`) }],
  ["a raw NUL", 400, "malformed_request", { body: inputOf(`{"text":"\0hunter2"}`) }],
  ["a NUL in a key", 422, "invalid_input", { body: inputOf(`{"text":"a","\\u0000":1}`) }],
  ["a NUL in the reason", 422, "invalid_input", { body: `{"input":{"text":"a"},"reason":"\\u0000"}` }],
  ["__proto__", 422, "invalid_input", { body: inputOf(`{"text":"a","__proto__":{"admin":true}}`) }],
  ["__proto__ outside", 422, "invalid_input", { body: `{"input":{"text":"a"},"__proto__":{"admin":true}}` }],
  ["constructor", 202, "", { body: inputOf(`{"text":"a","constructor":{"prototype":{"admin":true}}}`) }],
  ["100 levels", 422, "invalid_input", { body: inputOf(nested(100)) }],
  ["100,000 levels", 422, "invalid_input", { body: inputOf(nested(100_000)) }],
  ["1 MB", 413, "too_large", { body: inputOf(`{"text":"${"x".repeat(1_000_000)}"}`) }],
  ["70 kB of input", 413, "too_large", { body: inputOf(`{"text":"${"x".repeat(70_000)}"}`) }],
  ["no type", 415, "unsupported_media_type", { headers: { "content-type": "" }, body: inputOf(`{"text":"a"}`) }],
  [
    "a form",
    415,
    "unsupported_media_type",
    { headers: { "content-type": "text/plain" }, body: inputOf(`{"text":"a"}`) },
  ],
  ["gzip", 415, "unsupported_media_type", { headers: { "content-encoding": "gzip" }, body: inputOf(`{"text":"a"}`) }],
  ["a key of 300", 422, "invalid_idempotency_key", keyed("k".repeat(300))],
  ["a key of 255", 202, "", keyed("k".repeat(255))],
  ["a key with a tab", 422, "invalid_idempotency_key", keyed("a\tb")],
  ["no key at all", 401, "unauthenticated", { headers: { authorization: "" }, body: inputOf(`{"text":"a"}`) }],
  ["another scheme", 401, "unauthenticated", { headers: { authorization: "Basic YTpi" }, body: inputOf(`{}`) }],
  ["a key of 20 kB", 401, "unauthenticated", { headers: { authorization: `Bearer ${"x".repeat(10_000)}` }, body: "" }],
];

function keyed(key: string): RawRequest {
  return { headers: { "idempotency-key": key }, body: inputOf(`{"text":"a"}`) };
}

test.for(BODIES)("createApp() answers a call with %s by %i %s", async ([, status, code, request]) => {
  const answer = await send(request);
  expect(answer).toMatchObject({ status });
  if (code !== "")
    expect({ ...JSON.parse(answer.text), type: answer.type }).toMatchObject({ code, type: "application/problem+json" });
  expect(answer.text).not.toContain("hunter2");
});

const GETS: readonly (readonly [path: string, status: number, code: string])[] = [
  ["/v1/invocations?cursor=hunter2", 422, "invalid_query"],
  [`/v1/invocations?cursor=${Buffer.from("99999999999999 x' or 1=1--").toString("base64url")}`, 422, "invalid_query"],
  [`/v1/invocations?cursor=${Buffer.from("99999999999999 zzz").toString("base64url")}`, 200, ""],
  [`/v1/approvals?cursor=${Buffer.from("-1 zzz").toString("base64url")}`, 422, "invalid_query"],
  ["/v1/audit?cursor=99999999999999999999999", 422, "invalid_query"],
  [`/v1/audit?cursor=${Buffer.from("99999999999999999999999").toString("base64url")}`, 422, "invalid_query"],
  [`/v1/invocations?cursor=${"A".repeat(501)}`, 422, "invalid_query"],
  ["/v1/invocations?limit=0", 422, "invalid_query"],
  ["/v1/invocations?limit=201", 422, "invalid_query"],
  ["/v1/invocations?limit=1e2", 200, ""],
  ["/v1/invocations?limit=NaN", 422, "invalid_query"],
  ["/v1/invocations?limit=1&limit=2", 422, "invalid_query"],
  ["/v1/invocations?hunter2=1", 422, "invalid_query"],
  ["/v1/invocations?action=%00", 422, "invalid_query"],
  ["/v1/invocations?action=%ff%fe", 200, ""],
  ["/v1/invocations?action=%", 200, ""],
  ["/v1/invocations?__proto__=1", 422, "invalid_query"],
  ["/v1/invocations?createdAfter=hunter2", 422, "invalid_query"],
  ["/v1/invocations?createdAfter=0000-01-01T00:00:00Z&createdBefore=9999-12-31T23:59:59Z", 200, ""],
  ["/v1/invocations?actor='%20or%201=1--", 200, ""],
  ["/v1/invocations/ivn_hunter2", 404, "not_found"],
  ["/v1/invocations/%00", 404, "not_found"],
  ["/v1/invocations/%ff", 404, "not_found"],
  ["/v1/invocations/..%2f..%2fetc%2fpasswd", 404, "not_found"],
  ["/v1/invocations/ivn_hunter2/events", 404, "not_found"],
  ["/v1/approvals/%F0%9F%98%80", 404, "not_found"],
  ["/v1/actions/__proto__", 404, "action_not_found"],
  ["/v1/actions/constructor", 404, "action_not_found"],
  ["/v1/actions/%00", 404, "action_not_found"],
  ["/v1/principals/%00", 404, "not_found"],
  ["/v1/nothing", 404, "not_found"],
  ["//v1/invocations", 404, "not_found"],
];

const NAMED_GETS = GETS.map(([path, ...rest]) => [path.slice(0, 80), path, ...rest] as const);

test.for(NAMED_GETS)("createApp() answers GET %s as it should", async ([, path, status, code]) => {
  const answer = await send({ method: "GET", path, headers: { "content-type": "" } });
  expect(answer).toMatchObject({ status });
  if (code !== "") expect(JSON.parse(answer.text)).toMatchObject({ code });
  expect(answer.text).not.toContain("hunter2");
});

test("createApp() answers methods it doesn't have by 404 and never by 500", async () => {
  for (const method of ["PUT", "DELETE", "PATCH", "PROPFIND", "HEAD", "OPTIONS"]) {
    expect([204, 404]).toContain((await send({ method })).status);
  }
  for (const path of ["/", "/readyz", "/openapi.json", "/docs", "/v1"]) {
    expect((await send({ method: "PATCH", path, body: "{" })).status).toBe(404);
  }
});

/** Writes bytes to the port and reads what comes back until the server or the test has had enough. */
async function speak(bytes: string | Uint8Array, { halfClose = false } = {}): Promise<string> {
  const { hostname, port } = new URL(server.url());
  const socket = connect({ host: hostname, port: Number(port) });
  let answer = "";
  socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  // A server that hangs up in the middle of what we say is one of the right answers.
  socket.on("error", () => undefined);
  socket.write(bytes);
  if (halfClose) socket.end();
  await Promise.race([closed, eventually(() => answer !== "", { timeoutMs: 10_000, what: "An answer" })]);
  socket.destroy();
  return answer.split("\r\n", 1)[0] ?? "";
}

const HEAD = `POST ${PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ADMIN_KEY}\r\ncontent-type: application/json\r\n`;
const MANY_HEADERS = Array.from({ length: 3_000 }, (_, index) => `x-${index}: 1\r\n`).join("");

const RAW: readonly (readonly [name: string, bytes: string, answer: RegExp])[] = [
  ["no HTTP", "hello\r\n\r\n", /^HTTP\/1\.1 400 /],
  ["a TLS greeting", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n", /^HTTP\/1\.1 400 /],
  ["a truncated chunked body", `${HEAD}transfer-encoding: chunked\r\n\r\nff\r\n{"input":`, /^$|^HTTP\/1\.1 400 /],
  ["a wrong chunk size", `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`, /^HTTP\/1\.1 400 /],
  ["a body shorter than declared", `${HEAD}content-length: 1000\r\n\r\n{"input":`, /^$|^HTTP\/1\.1 400 /],
  ["two lengths", `${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`, /^HTTP\/1\.1 400 /],
  [
    "a length and chunks",
    `${HEAD}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    /^HTTP\/1\.1 400 /,
  ],
  ["a negative length", `${HEAD}content-length: -1\r\n\r\n{}`, /^HTTP\/1\.1 400 /],
  ["3,000 headers", `${HEAD}${MANY_HEADERS}content-length: 2\r\n\r\n{}`, /^HTTP\/1\.1 (431|422) /],
  ["no host", `GET /v1/invocations HTTP/1.1\r\n\r\n`, /^HTTP\/1\.1 400 /],
  ["a host that is none", `GET /v1/invocations HTTP/1.1\r\nhost: a b/?#\r\n\r\n`, /^HTTP\/1\.1 400 /],
  ["a path that is a URL", `GET http://[ HTTP/1.1\r\nhost: x\r\n\r\n`, /^HTTP\/1\.1 (400|404) /],
  ["a method that is none", `HUNTER2 / HTTP/1.1\r\nhost: x\r\n\r\n`, /^HTTP\/1\.1 (400|404) /],
  ["TRACE", `TRACE / HTTP/1.1\r\nhost: x\r\n\r\n`, /^HTTP\/1\.1 (400|404|405) /],
  ["CONNECT", `CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n`, /^$|^HTTP\/1\.1 4/],
];

test.for(RAW)("listen() survives a connection with %s", async ([, bytes, answer]) => {
  expect(await speak(bytes, { halfClose: true })).toMatch(answer);
});

test("countersign start goes on serving after all of that, in the process that it began in", async () => {
  const { body, status } = await server.admin.invoke("chaos.idempotent", { text: "good" });
  expect({ status, body }).toMatchObject({ status: 200, body: { status: "executed" } });
  expect(server.process().output().stderr).toBe("");
});
