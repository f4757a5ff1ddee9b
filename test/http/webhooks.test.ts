import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createClient } from "../../src/client/create-client.ts";
import { createKey } from "../gateway/identity-gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

const URL_OK = "https://hooks.example.com/token-of-the-receiver";
const NOBODY = "whk_00000000000000000000000000";

let store: TestStore;
let http: TestApp;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  http?.close();
  http = openTestApp(store);
});

async function create(body: object = { url: URL_OK }, key?: string): Promise<Record<string, unknown>> {
  const { status, body: made } = await http.send("POST", "/v1/webhooks", { body, key });
  expect(status).toBe(201);
  return made;
}

describe("POST /v1/webhooks", () => {
  it("answers with the webhook and its secret, which no other answer but its own repeats", async () => {
    const made = await create({ url: URL_OK, types: ["run.ended", "run.ended"], description: "For finance" });
    const { secret, ...webhook } = made;
    expect(made).toMatchObject({
      url: URL_OK,
      types: ["run.ended"],
      description: "For finance",
      createdBy: "admin",
    });
    expect(secret).toMatch(/^whsec_/);
    const path = `/v1/webhooks/${String(made["id"])}`;
    expect((await http.send("GET", path)).body).toEqual(webhook);
    expect((await http.send("GET", "/v1/webhooks")).body).toEqual({ items: [webhook] });
    expect((await http.send("GET", `${path}/secret`)).body).toEqual({ secret });
  });

  it.each([
    ...["http://hooks.example.com/", "https://127.0.0.1/", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/"],
    ...[
      "https://u:p@hooks.example.com/",
      "ftp://x",
      "not a url",
      "https://hooks.example.com/#x",
      "https://2130706433/",
    ],
  ])("refuses the URL %s without repeating it", async (url) => {
    const { status, body, text } = await http.send("POST", "/v1/webhooks", { body: { url } });
    expect([status, body["code"]]).toEqual([422, "invalid_request"]);
    expect(body["errors"]).toMatchObject([{ pointer: "/url" }]);
    expect(text).not.toContain(url);
  });

  it("refuses unknown types, unknown members, and more than 50 of one tenant", async () => {
    for (const body of [{ url: URL_OK, types: ["everything"] }, { url: URL_OK, secret: "x" }, { types: [] }]) {
      expect((await http.send("POST", "/v1/webhooks", { body })).body["code"]).toBe("invalid_request");
    }
    const answers = await Promise.all(
      Array.from({ length: 53 }, () => http.send("POST", "/v1/webhooks", { body: { url: URL_OK } })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(3);
    await create({ url: URL_OK }, await createKey(http.gateway, { tenant: "acme", permissions: ["admin"] }));
  });

  it("keeps everything from callers without admin", async () => {
    const id = String((await create())["id"]);
    const key = await createKey(http.gateway, { permissions: ["invoke", "read", "approve", "audit", "policy"] });
    for (const [method, path] of [
      ["GET", ""],
      ["POST", ""],
      ["GET", `/${id}`],
      ["DELETE", `/${id}`],
      ["GET", `/${id}/secret`],
      ["POST", `/${id}/rotate-secret`],
      ["GET", `/${id}/deliveries`],
    ] as const) {
      const sent = path === "" && method === "POST" ? { key, body: { url: URL_OK } } : { key };
      expect((await http.send(method, `/v1/webhooks${path}`, sent)).body["code"]).toBe("forbidden");
    }
    expect((await http.send("PUT", `/v1/webhooks/${id}`, { key, body: {} })).status).toBe(403);
    expect((await http.send("POST", `/v1/webhooks/${id}/replay`, { key, body: { seq: 1 } })).status).toBe(403);
  });
});

describe("/v1/webhooks/{id}", () => {
  it("answers for another tenant's webhook as for one that doesn't exist", async () => {
    const id = String((await create())["id"]);
    const key = await createKey(http.gateway, { tenant: "acme", permissions: ["admin"] });
    const ask = async (method: string, path: string, body?: object) => {
      const { status, body: problem } = await http.send(method, path, { key, body });
      const { instance: _instance, ...rest } = problem;
      return { status, ...rest };
    };
    for (const [method, path, body] of [
      ["GET", ""],
      ["PUT", "", { disabled: true }],
      ["DELETE", ""],
      ["GET", "/secret"],
      ["POST", "/rotate-secret"],
      ["GET", "/deliveries"],
      ["POST", "/replay", { state: "dead" }],
    ] as const) {
      const theirs = await ask(method, `/v1/webhooks/${id}${path}`, body);
      expect(theirs).toMatchObject({ status: 404, code: "not_found" });
      expect(theirs).toEqual(await ask(method, `/v1/webhooks/${NOBODY}${path}`, body));
    }
    expect((await http.send("GET", `/v1/webhooks/${id}`)).status).toBe(200);
  });

  it("changes what is named, records it without path, query or secret, and nothing when nothing changes", async () => {
    const made = await create();
    const path = `/v1/webhooks/${String(made["id"])}`;
    const put = async (body: object) => (await http.send("PUT", path, { body })).body;
    expect(await put({ types: ["run.ended"] })).toMatchObject({ url: URL_OK, types: ["run.ended"] });
    expect(await put({ types: ["run.ended"], url: URL_OK })).toMatchObject({ types: ["run.ended"] });
    expect((await put({ disabled: true }))["disabledAt"]).toBeDefined();
    expect((await put({ disabled: false, url: "https://other.example.com" }))["disabledAt"]).toBeUndefined();
    expect((await put({ url: "http://10.0.0.1/" }))["code"]).toBe("invalid_request");
    await http.send("POST", `${path}/rotate-secret`);
    await http.send("DELETE", path);
    const events = (await store.audit.list("default", {}, { limit: 50 })).items.toReversed();
    const data = { webhook: made["id"], origin: "https://hooks.example.com" };
    expect(events.map((event) => [event.type, event.data])).toEqual([
      ["webhook.created", { ...data, types: [] }],
      ["webhook.changed", { ...data, types: ["run.ended"] }],
      ["webhook.changed", { ...data, disabled: true }],
      ["webhook.changed", { ...data, origin: "https://other.example.com", disabled: false, url: "changed" }],
      ["webhook.changed", { ...data, origin: "https://other.example.com", secret: "rotated" }],
      ["webhook.deleted", { ...data, origin: "https://other.example.com" }],
    ]);
    const text = JSON.stringify(events);
    for (const secret of ["whsec_", "token-of-the-receiver", String(made["secret"])])
      expect(text).not.toContain(secret);
    expect((await http.send("GET", path)).status).toBe(404);
  });

  it("replays one event, those after one, or what was given up, and says what it will not replay", async () => {
    const { id } = await create();
    const path = `/v1/webhooks/${String(id)}`;
    const replay = async (body: object) => (await http.send("POST", `${path}/replay`, { body })).body;
    expect(await replay({ seq: 1 })).toEqual({ count: 1, lastSeq: 1 });
    expect((await http.send("GET", `${path}/deliveries?state=due`)).body["items"]).toMatchObject([
      { seq: 1, type: "webhook.created", message: `msg_${String(id)}_1`, state: "due", attempts: 0 },
    ]);
    expect(await replay({ afterSeq: 1_000 })).toEqual({ count: 0 });
    expect(await replay({ state: "dead" })).toEqual({ count: 0 });
    expect((await replay({ seq: 1_000 }))["code"]).toBe("not_found");
    for (const body of [{}, { seq: 1, afterSeq: 1 }, { state: "due" }, { seq: -1 }, { seq: 1.5 }]) {
      expect((await replay(body))["code"]).toBe("invalid_request");
    }
    await http.send("PUT", path, { body: { disabled: true } });
    expect((await replay({ seq: 1 }))["code"]).toBe("invalid_request");
    const items = (await http.send("GET", `${path}/deliveries`)).body["items"];
    expect(items).toMatchObject([{ state: "dead", lastError: "The webhook was disabled" }]);
  });
});

describe("client.webhooks", () => {
  it("does all that the routes do", async () => {
    const key = await createKey(http.gateway, { permissions: ["admin"] });
    const fetch: typeof globalThis.fetch = async (input, init) => http.app.request(input, init);
    const { webhooks } = createClient({ baseUrl: "http://test", apiKey: key, fetch });
    const { id, secret } = await webhooks.create({ url: URL_OK });
    expect(await webhooks.secret(id)).toEqual({ secret });
    expect((await webhooks.rotateSecret(id)).secret).not.toBe(secret);
    expect(await webhooks.list()).toMatchObject([{ id, url: URL_OK }]);
    expect(await webhooks.put(id, { description: "Mine" })).toMatchObject({ description: "Mine" });
    expect(await webhooks.get(id)).toMatchObject({ id, description: "Mine" });
    expect(await webhooks.replay(id, { seq: 1 })).toEqual({ count: 1, lastSeq: 1 });
    expect((await webhooks.deliveries(id, { state: "due", limit: 1 })).items).toHaveLength(1);
    expect(await webhooks.delete(id)).toMatchObject({ id });
    await expect(webhooks.get(id)).rejects.toMatchObject({ code: "not_found" });
  });
});
