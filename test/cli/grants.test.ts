import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listen, type Listener } from "../../src/http/listen.ts";
import { ADMIN_KEY } from "../gateway/identity-gateway.ts";
import { openTestApp, publishEcho, type TestApp } from "../http/test-app.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { issueGrant } from "../support/recorded-grants.ts";
import { runHere } from "./run-cli.ts";

let store: TestStore;
let http: TestApp;
let listener: Listener;

beforeAll(async () => {
  store = await openTestStore();
  http = openTestApp(store);
  listener = await listen({ host: "127.0.0.1", port: 0 });
  listener.serve(http.app);
});
afterAll(async () => {
  await listener.close();
  http.close();
  await store.close();
});
beforeEach(async () => {
  await store.truncateAll();
  await publishEcho(store);
});

function run(...args: readonly string[]) {
  const env = { COUNTERSIGN_URL: listener.url, COUNTERSIGN_API_KEY: ADMIN_KEY };
  return runHere(["grants", ...args], { env });
}

describe("countersign grants", () => {
  it("lists grants and what is left of them, and says how to go on", async () => {
    const [first] = [
      await issueGrant(store, { used: 2, issued_at: 2_000 }),
      await issueGrant(store, { issued_at: 1_000 }),
    ];
    const { exitCode, stdout, stderr } = await run("list", "--limit", "1");
    expect([exitCode, stdout.split("\n").length]).toEqual([0, 2]);
    expect(stdout).toMatch(/^ID +STATUS +ACTION +ACTOR +ISSUED BY +USED +EXPIRES$/m);
    expect(stdout).toMatch(new RegExp(`^${first} +void +test\\.echo +ada +eve +2 of 3 +`, "m"));
    expect(stderr).toMatch(/^There is more: --cursor /);
  });

  it("lists only what is asked for", async () => {
    await issueGrant(store);
    const id = await issueGrant(store, { issuer: "mia", actor: "bob" });
    const { stdout } = await run("list", "--issued-by", "mia", "--actor", "bob", "--action", "test.echo", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ items: [{ id }] });
    expect((JSON.parse(stdout) as { items: unknown[] }).items).toHaveLength(1);
  });

  it("shows one with its bounds", async () => {
    const { exitCode, stdout } = await run("show", await issueGrant(store, { scope: "run", run: "nightly" }));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Run: +nightly$/m);
    expect(stdout).toMatch(/^Issued by: +eve$/m);
    expect(stdout).toMatch(/^Bounds: +\{"\/amountCents":\{"lte":100\}\}$/m);
    expect(stdout).not.toContain("Revoked");
  });

  it("revokes one", async () => {
    const { exitCode, stdout } = await run("revoke", await issueGrant(store));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Status: +revoked$/m);
    expect(stdout).toMatch(/^Revoked by: +\S+$/m);
  });

  it("exits 1 for a grant that isn't there or is over", async () => {
    const missing = await run("show", "grt_00000000000000000000000000");
    expect([missing.exitCode, missing.stdout, missing.stderr]).toEqual([
      1,
      "",
      expect.stringMatching(/nothing of that id/),
    ]);
    const over = await run("revoke", await issueGrant(store, { used: 3 }));
    expect([over.exitCode, over.stderr]).toEqual([1, expect.stringMatching(/The grant is over already/)]);
  });
});
