import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Log } from "../../src/gateway/ports.ts";
import { checkPolicyOrigin, publishPolicy } from "../../src/process/policy-file.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-policy-"));
const file = join(folder, "policy.yaml");
const log = vi.fn<Log>();
let store: TestStore;
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => store.truncateAll());
afterEach(async () => {
  await stop?.();
  stop = undefined;
  log.mockReset();
});

function policyOf(rule: string): string {
  return `version: 1\nrules:\n  - name: ${rule}\n    match: { action: a }\n    effect: allow\n`;
}

async function inForce(): Promise<string | undefined> {
  return (await store.policies.inForce("default"))?.document;
}

async function follow(text: string): Promise<void> {
  writeFileSync(file, text);
  stop = await publishPolicy(store, { policyFile: file }, log);
}

test("publishPolicy() publishes a text, and one that is in force already no second time", async () => {
  await publishPolicy(store, { policy: policyOf("text") }, log);
  await publishPolicy(store, { policy: policyOf("text") }, log);
  expect(await inForce()).toBe(policyOf("text"));
  expect((await store.policies.list("default", { limit: 9 })).items).toHaveLength(1);
});

test("publishPolicy() publishes nothing when it is given nothing", async () => {
  await publishPolicy(store, {}, log);
  expect(await inForce()).toBeUndefined();
});

test.each([
  ["with faults", "version: 1\nrules: 7\n", "invalid_policy"],
  ["that isn't there", undefined, "invalid_request"],
])("publishPolicy() refuses at the start a file %s", async (_what, text, code) => {
  if (text !== undefined) writeFileSync(file, text);
  const policyFile = text === undefined ? join(folder, "none.yaml") : file;
  await expect(publishPolicy(store, { policyFile }, log)).rejects.toMatchObject({ code });
  expect(await inForce()).toBeUndefined();
});

test("publishPolicy() publishes the file again when it changes, and says so", async () => {
  await follow(policyOf("first"));
  writeFileSync(file, policyOf("second, longer"));
  await vi.waitFor(async () => expect(await inForce()).toBe(policyOf("second, longer")), 10_000);
  await vi.waitFor(() =>
    expect(log).toHaveBeenCalledWith("info", expect.stringContaining("in force"), expect.anything()),
  );
});

test("publishPolicy() keeps the last good document when the file has faults or is gone, and takes a later good one", async () => {
  await follow(policyOf("good"));
  const refusals = () => log.mock.calls.filter(([level]) => level === "error").length;
  writeFileSync(file, "version: 1\nrules: [");
  await vi.waitFor(() => expect(refusals()).toBe(1), 10_000);
  unlinkSync(file);
  await vi.waitFor(() => expect(refusals()).toBe(2), 10_000);
  expect(await inForce()).toBe(policyOf("good"));
  writeFileSync(file, policyOf("better"));
  await vi.waitFor(async () => expect(await inForce()).toBe(policyOf("better")), 10_000);
});

test("publishPolicy() lets a document that was sent stand over restarts until the file changes", async () => {
  await follow(policyOf("file"));
  await stop?.();
  const sent = {
    tenant: "default",
    document: policyOf("sent"),
    digest: "d",
    source: "api" as const,
    publishedBy: "ada",
  };
  await store.transaction((tx) => tx.policies.insert(sent));
  stop = await publishPolicy(store, { policyFile: file }, log);
  expect(await inForce()).toBe(policyOf("sent"));
});

test("publishPolicy() publishes one text of a file and those that it extends, and follows them all", async () => {
  const base = join(folder, "base.yaml");
  writeFileSync(base, policyOf("base"));
  await follow("version: 1\nextends: [./base.yaml]\n");
  expect(await inForce()).toMatch(/^# Bundled from policy.yaml, base.yaml\n.*- name: base\n/s);
  writeFileSync(base, policyOf("changed"));
  await vi.waitFor(async () => expect(await inForce()).toContain("- name: changed\n"), 10_000);
  const refusals = () => log.mock.calls.filter(([level]) => level === "error").length;
  unlinkSync(base);
  await vi.waitFor(() => expect(refusals()).toBe(1), 10_000);
  expect(await inForce()).toContain("- name: changed\n");
  writeFileSync(base, policyOf("back"));
  await vi.waitFor(async () => expect(await inForce()).toContain("- name: back\n"), 10_000);
  expect(refusals()).toBe(1);
});

test("publishPolicy() refuses a file that extends one with faults", async () => {
  writeFileSync(join(folder, "base.yaml"), "version: 1\nrules: [{ name: a, effect: perhaps }]\n");
  writeFileSync(file, "version: 1\nextends: [./base.yaml]\n");
  const message = expect.stringContaining("In base.yaml, 2:28 rules[0].effect: This must be one of");
  for (const attempt of [publishPolicy(store, { policyFile: file }, log), checkPolicyOrigin({ policyFile: file })]) {
    await expect(attempt).rejects.toMatchObject({
      code: "invalid_policy",
      details: { errors: [{ line: 2, message }] },
    });
  }
  expect(await inForce()).toBeUndefined();
});

test("publishPolicy() warns once of approvers that nobody is", async () => {
  await store.principals.insert({ tenant: "default", subject: "ada", kind: "user", roles: [], groups: [], scopes: [] });
  const policy =
    "version: 1\nrules: [{ name: asks, effect: require_approval, approval: { approvers: group:finance } }]\n";
  await publishPolicy(store, { policy }, log);
  await publishPolicy(store, { policy }, log);
  const warnings = log.mock.calls.filter(([level]) => level === "warn").map(([, message]) => message);
  expect(warnings).toEqual(['Nobody has the group finance, which is named by the rule "asks"']);
});
