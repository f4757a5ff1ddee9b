import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPolicySource } from "../../src/gateway/policy-source.ts";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import type { Runs } from "../../src/gateway/ports.ts";
import { createReadiness, type ReadinessPorts } from "../../src/gateway/readiness.ts";
import { manifestOf } from "../support/manifests.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { createPorts } from "./identity-gateway.ts";

let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  await publishFileDocument(store, "version: 1\nrules: []\n");
  await store.manifests.publish([
    manifestOf({ name: "billing.pay", taskQueue: "billing" }),
    manifestOf({ name: "mail.send", taskQueue: "mail" }),
  ]);
});

const away = () => Promise.reject(new Error("connect ECONNREFUSED db.internal:5432"));

/** Looks once, with workers on these queues; whatever is changed is changed. */
function look({ runs: changed, ...change }: Partial<ReadinessPorts> = {}, polled = ["billing", "mail"]) {
  const runs: Runs = {
    ...createPorts(store).runs,
    countWorkers: async (queues) => queues.filter((queue) => polled.includes(queue)).length,
    missingSearchAttributes: async () => [],
  };
  const policies = createPolicySource(store);
  return createReadiness({ store, runs: { ...runs, ...changed }, policies, ...change })();
}

const OK = { ready: true };

describe("readiness()", () => {
  it("is ready part by part", async () => {
    expect(await look()).toEqual({
      ready: true,
      missing: [],
      parts: {
        ...{ process: OK, store: OK, schema: OK, temporal: OK, searchAttributes: OK },
        ...{ manifests: OK, policy: OK, workers: OK },
      },
    });
  });

  it("tells of a store that is away, and not where it is, and still asks Temporal", async () => {
    const told = await look({ store: { ...store, ping: away } });
    expect(told).toMatchObject({ ready: false, missing: ["The store does not answer"] });
    expect(told.parts).toMatchObject({
      store: { ready: false, detail: "The store does not answer, for 0 s", since: expect.stringMatching(/Z$/) },
      temporal: OK,
    });
    expect(Object.keys(told.parts)).not.toContain("policy");
    expect(JSON.stringify(told)).not.toContain("db.internal");
  });

  it("names the migrations that the schema lacks", async () => {
    const checkSchema = async () => ({ state: "behind" as const, lacking: ["0005_next.sql"], mayMigrate: false });
    expect((await look({ store: { ...store, checkSchema } })).missing).toEqual(["The schema lacks 0005_next.sql"]);
  });

  it("tells of Temporal that is away, and doesn't ask it for workers", async () => {
    const runs = { missingSearchAttributes: away, countWorkers: away } as unknown as Runs;
    const told = await look({ runs });
    expect(told.missing).toEqual(["Temporal does not answer"]);
    expect(told.parts.workers).toBeUndefined();
  });

  it("names the search attributes that Temporal's namespace lacks", async () => {
    const runs = { missingSearchAttributes: async () => ["GuardRun"] } as unknown as Runs;
    expect((await look({ runs })).missing).toEqual(["Temporal's namespace lacks the search attributes GuardRun"]);
  });

  it("names the task queue that nobody polls, and stays ready for the others", async () => {
    await store.workers.sign({ identity: "1@a:mail", taskQueue: "mail", buildId: undefined, versions: {} });
    const told = await look({}, ["billing"]);
    expect(told.ready).toBe(true);
    expect(told.parts.workers).toEqual({
      ready: true,
      detail: expect.stringMatching(/^No worker polls task queue mail \(last seen 20.*Z\)$/),
    });
  });

  it("isn't ready once nobody polls for any action", async () => {
    const sentence = "No worker polls for the actions, on task queue billing (never seen one), mail (never seen one)";
    expect((await look({}, [])).missing).toEqual([sentence]);
  });

  it("isn't ready while the process ends", async () => {
    const told = await look({ isDraining: () => true });
    expect([told.ready, told.missing]).toEqual([false, ["The process is ending and takes nothing new"]]);
  });
});
