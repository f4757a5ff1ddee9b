import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listen, type Listener } from "../../src/http/listen.ts";
import { ADMIN_KEY } from "../gateway/identity-gateway.ts";
import { openTestApp, type TestApp } from "../http/test-app.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
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
beforeEach(() => store.truncateAll());

function run(...args: readonly string[]) {
  const env = { COUNTERSIGN_URL: listener.url, COUNTERSIGN_API_KEY: ADMIN_KEY };
  return runHere(["webhooks", ...args], { env });
}

async function create(): Promise<Record<string, string>> {
  const { stdout } = await run("create", "https://hooks.example.com/", "--type", "run.ended,run.started", "--json");
  return JSON.parse(stdout) as Record<string, string>;
}

describe("countersign webhooks", () => {
  it("makes a webhook and shows its secret, then and on request", async () => {
    const { id = "", secret = "" } = await create();
    expect((await run("secret", id)).stdout).toContain(secret);
    const shown = (await run("show", id)).stdout;
    expect(shown).toContain("run.ended, run.started");
    expect(shown).not.toContain(secret);
    expect((await run("list")).stdout).toContain(id);
    expect((await run("rotate", id)).stdout).toMatch(/Secret: +whsec_[^]*Former counts until: +20/);
    expect((await run("secret", id)).stdout).not.toContain(secret);
  });

  it("replays, lists deliveries, disables, enables and deletes", async () => {
    const { id = "" } = await create();
    expect((await run("replay", id, "--event", "1")).stdout).toMatch(/To be sent: +1/);
    expect((await run("deliveries", id, "--state", "due")).stdout).toMatch(/1 +webhook.created +due/);
    expect((await run("disable", id)).stdout).toContain("Disabled:");
    expect((await run("deliveries", id, "--state", "dead")).stdout).toContain("The webhook was disabled");
    expect((await run("enable", id)).stdout).not.toContain("Disabled:");
    expect((await run("replay", id, "--dead")).stdout).toMatch(/To be sent: +1/);
    expect((await run("replay", id, "--after", "0")).exitCode).toBe(0);
    expect((await run("delete", id)).exitCode).toBe(0);
    expect((await run("show", id)).exitCode).toBe(1);
  });

  it.each([
    ["replay", "whk_1"],
    ["replay", "whk_1", "--dead", "--event", "1"],
    ["replay", "whk_1", "--event", "x"],
    ["create"],
  ])("exits 2 when it is written as %s %s", async (...args) => {
    expect((await run(...args)).exitCode).toBe(2);
  });

  it("exits 1 for a URL that may not be called", async () => {
    expect(await run("create", "http://169.254.169.254/")).toMatchObject({ exitCode: 1 });
  });
});
