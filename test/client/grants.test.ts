import { expect, test } from "vitest";
import { createGrantsClient } from "../../src/client/grants.ts";
import type { WireRequest } from "../../src/client/transport.ts";

/** A client whose requests are kept. */
function createRecorded() {
  const sent: WireRequest[] = [];
  const send = (request: WireRequest): Promise<unknown> => {
    sent.push(request);
    return Promise.resolve({ items: [] });
  };
  return { sent, grants: createGrantsClient({ send }) };
}

test("list(), get() and revoke() hand on filter, page and signal, and name the grant in the path", async () => {
  const { sent, grants } = createRecorded();
  const { signal } = new AbortController();
  await grants.list({ action: "a.b", issuedBy: "eve", limit: 2, cursor: "c", signal });
  await grants.list();
  await grants.get("grt/1", { signal });
  await grants.revoke("grt/1", { signal });
  await grants.revoke("grt_2");
  expect(sent).toEqual([
    { method: "GET", path: "/v1/grants", query: { action: "a.b", issuedBy: "eve", limit: 2, cursor: "c" }, signal },
    { method: "GET", path: "/v1/grants", query: {}, signal: undefined },
    { method: "GET", path: "/v1/grants/grt%2F1", signal },
    { method: "DELETE", path: "/v1/grants/grt%2F1", signal },
    { method: "DELETE", path: "/v1/grants/grt_2", signal: undefined },
  ]);
});

test("get() and revoke() refuse an id that would step out of its path", async () => {
  const { sent, grants } = createRecorded();
  await expect(grants.get("..")).rejects.toMatchObject({ code: "invalid_request" });
  await expect(grants.revoke("..")).rejects.toMatchObject({ code: "invalid_request" });
  expect(sent).toEqual([]);
});
