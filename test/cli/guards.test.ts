import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listen, type Listener } from "../../src/http/listen.ts";
import { ADMIN_KEY } from "../gateway/identity-gateway.ts";
import { openTestApp, type TestApp } from "../http/test-app.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { GUARD_IDS, recordGuards } from "../support/recorded-guards.ts";
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
  await recordGuards(store.db, { tenant: "default" });
});

function run(...args: readonly string[]) {
  const env = { COUNTERSIGN_URL: listener.url, COUNTERSIGN_API_KEY: ADMIN_KEY };
  return runHere(["guards", ...args], { env });
}

describe("countersign guards", () => {
  it("lists what guards keep, and says how to go on", async () => {
    const { exitCode, stdout, stderr } = await run("list", "--limit", "4");
    expect([exitCode, stdout.split("\n").length]).toEqual([0, 5]);
    expect(stdout).toMatch(/^ID +COUNTS +STATE +CHANGED$/m);
    expect(stdout).toContain('{"used":5,"keptMs":60000}');
    expect(stderr).toMatch(/^There is more: --cursor /);
    const breakers = await run("list", "--kind", "breaker", "--json");
    expect(JSON.parse(breakers.stdout)).toMatchObject({ items: [{ id: GUARD_IDS.breaker }] });
  });

  it("shows one, with what depends on its kind", async () => {
    const { exitCode, stdout } = await run("show", GUARD_IDS.breaker);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ID: +breaker:sys\/tem: 1%$/m);
    expect(stdout).toMatch(/^Counts: +Calls that depend on sys\/tem: 1%$/m);
    expect(stdout).toMatch(/^Status: +open$/m);
    expect(stdout).toMatch(/^Reset at: +2027-01-15T08:01:00\.000Z$/m);
  });

  it("resets one and hands on the reason", async () => {
    const { exitCode, stdout } = await run("reset", GUARD_IDS.breaker, "--reason", "It is back");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Status: +closed$/m);
    const { items } = await store.audit.list("default", { type: "guard.reset" }, { limit: 1 });
    expect(items).toMatchObject([{ data: { id: GUARD_IDS.breaker, reason: "It is back" } }]);
  });

  it("exits 1 for a guard that isn't there, and 2 for a kind that isn't one", async () => {
    const missing = await run("show", "rate:none");
    expect([missing.exitCode, missing.stdout]).toEqual([1, ""]);
    expect(missing.stderr).toBe("countersign: There is no such guard");
    expect((await run("list", "--kind", "schema")).exitCode).toBe(2);
  });
});
