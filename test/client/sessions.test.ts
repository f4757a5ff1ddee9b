import { expect, test } from "vitest";
import { createSessionsClient } from "../../src/client/sessions.ts";
import type { WireRequest } from "../../src/client/transport.ts";

const ITEM = { id: "s1", scope: "default", actor: "ada", facts: {}, expiresAt: "2030-01-01T00:00:00.000Z" };

/** A client whose requests are kept and answered with one scope. */
function createRecorded(onBehalfOf?: string) {
  const sent: WireRequest[] = [];
  const send = (request: WireRequest): Promise<unknown> => {
    sent.push(request);
    return Promise.resolve({ items: [ITEM] });
  };
  return { sent, sessions: createSessionsClient({ send }, onBehalfOf) };
}

test("get() and close() name the session in the path and give its scopes", async () => {
  const { sent, sessions } = createRecorded();
  const { signal } = new AbortController();
  expect(await sessions.get("a/b", { actor: "ada", signal })).toEqual([ITEM]);
  expect(await sessions.close("a/b", { scope: "orders", signal })).toEqual([ITEM]);
  expect(sent).toEqual([
    { method: "GET", path: "/v1/sessions/a%2Fb", query: { actor: "ada" }, signal },
    {
      ...{ method: "POST", path: "/v1/sessions/a%2Fb/close", body: { scope: "orders" }, signal },
      idempotencyKey: expect.stringMatching(/^close-/),
    },
  ]);
});

test("get() and close() act for the client's actor unless a request names another", async () => {
  const { sent, sessions } = createRecorded("ada");
  await sessions.get("s1");
  await sessions.get("s1", { actor: "eve" });
  await sessions.close("s1");
  await sessions.close("s1", { onBehalfOf: "bob" });
  expect(sent.map(({ query, body }) => query ?? body)).toEqual([
    { onBehalfOf: "ada" },
    { actor: "eve" },
    { onBehalfOf: "ada" },
    { onBehalfOf: "bob" },
  ]);
});

test("close() refuses an id that would step out of its path", async () => {
  const { sent, sessions } = createRecorded();
  await expect(sessions.close("..")).rejects.toMatchObject({ code: "invalid_request" });
  expect(sent).toEqual([]);
});
