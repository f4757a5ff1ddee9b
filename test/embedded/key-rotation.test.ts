import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { KeyRing } from "../../src/core/key-ring.ts";
import { type Client, createClient, defineAction } from "../../src/index.ts";
import { type Embedded, startEmbedded } from "../../src/embedded/index.ts";
import { runHere } from "../cli/run-cli.ts";
import { makeFolder } from "../support/temporary-folder.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const OLD = { id: "2025-01", bytes: Buffer.alloc(32, 1) };
const NEW = { id: "2026-11", bytes: Buffer.alloc(32, 2) };
const ring = (...keys: KeyRing): string =>
  keys.map(({ id, bytes }) => `${id}:${Buffer.from(bytes).toString("base64")}`).join(",");

/** Nothing but the sealed columns may hold these. */
const SENT = "4111-1111-sent";
const EDITED = "4111-2222-edited";
const RECEIPT = "4111-3333-receipt";
const WAITING = "4111-4444-waiting";

const POLICY = `
version: 1
default: deny
rules:
  - name: asked
    match: { action: test.charge }
    effect: require_approval
    approval: { approvers: ["group:finance"], approve: 2, edit: { allow: [/card] }, decide_by: 1h, execute_by: 1h }
`;

const charged: string[] = [];
const charge = defineAction({
  name: "test.charge",
  description: "Charges a card",
  input: z.object({ card: z.string() }),
  output: z.object({ card: z.string() }),
  secretFields: ["/card"],
  run: ({ card }) => {
    charged.push(card);
    return { card: RECEIPT };
  },
});

const folder = makeFolder("countersign-rotation-");
const running = new Set<Embedded>();
afterAll(async () => {
  for (const server of running) await server.close();
  folder.remove();
});

async function start(keys: {
  readonly encryptionKeys?: KeyRing;
  readonly signingKey: string;
  readonly previousSigningKeys?: readonly string[];
}): Promise<Embedded> {
  const dataDir = folder.path;
  const server = await startEmbedded({
    actions: [charge],
    policy: POLICY,
    dataDir,
    port: 0,
    logLevel: "silent",
    ...keys,
  });
  running.add(server);
  return server;
}

async function stop(server: Embedded): Promise<void> {
  running.delete(server);
  await server.close();
}

/** Whether any file of the store holds the text, its write-ahead log included. */
function isStored(text: string): boolean {
  const store = join(folder.path, "store");
  const files = readdirSync(store, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.some((file) => readFileSync(join(file.parentPath, file.name)).includes(text));
}

describe("a store with keys", () => {
  const keys = new Map<string, string>();
  const as = (server: Embedded, subject: string): Client =>
    createClient({ baseUrl: server.url, apiKey: keys.get(subject) ?? server.adminKey });
  let id: string;
  let waiting: string;

  beforeAll(async () => {
    const server = await start({ encryptionKeys: [OLD], signingKey: "a".repeat(40) });
    for (const subject of ["ann", "bob", "cy"]) {
      const groups = ["finance"];
      const made = await as(server, "").keys.create({
        subject,
        kind: "user",
        groups,
        permissions: ["approve", "invoke"],
      });
      keys.set(subject, made.key);
    }
    ({ id } = await as(server, "").invoke("test.charge", { card: SENT }));
    await as(server, "ann").approvals.approve(id, { edit: { "/card": EDITED } });
    await as(server, "bob").approvals.approve(id);
    await stop(server);
  });

  test("startEmbedded() with encryption keys writes inputs and edits nowhere as they are", () => {
    expect([SENT, EDITED].filter(isStored)).toEqual([]);
    expect(isStored(`enc1.${OLD.id}.`)).toBe(true);
  });

  test("countersign encryption rotate seals the closed store with the new key, and status shows it", async () => {
    const env = { COUNTERSIGN_DATA_DIR: folder.path, COUNTERSIGN_ENCRYPTION_KEYS: ring(NEW, OLD) };
    const rotated = await runHere(["encryption", "rotate", "--json"], { env });
    expect(rotated).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse(rotated.stdout)).toMatchObject({ current: NEW.id, unreadable: [], isComplete: true });
    const { stdout } = await runHere(["encryption", "status", "--json"], { env });
    expect(JSON.parse(stdout)).toEqual({
      current: NEW.id,
      values: [
        { column: "input_revision.input", key: NEW.id, count: 2 },
        { column: "vote.edit", key: NEW.id, count: 1 },
      ],
    });
  });

  test("startEmbedded() with new keys goes on with calls and votes of before, and seals outputs too", async () => {
    const server = await start({
      ...{ encryptionKeys: [NEW], signingKey: "b".repeat(40), previousSigningKeys: ["a".repeat(40)] },
    });
    await as(server, "cy").approvals.approve(id);
    expect(await as(server, "").invocations.wait(id)).toMatchObject({ status: "executed" });
    expect(charged).toEqual([EDITED]);
    waiting = (await as(server, "").invoke("test.charge", { card: WAITING })).id;
    await stop(server);
    expect([SENT, EDITED, RECEIPT, WAITING].filter(isStored)).toEqual([]);
  });

  test("startEmbedded() without keys keeps values as they are, and lets sealed calls wait for their key", async () => {
    const without = await start({ signingKey: "b".repeat(40) });
    const plain = await as(without, "").invoke("test.charge", { card: "4111-5555-plain" });
    const asked = await as(without, "bob").approvals.approve(waiting);
    expect(asked.votes).toMatchObject([{ voter: "bob", state: "received" }]);
    expect(await as(without, "").invocations.get(id)).toMatchObject({ status: "executed" });
    await stop(without);
    expect(isStored("4111-5555-plain")).toBe(true);

    const server = await start({ encryptionKeys: [NEW], signingKey: "b".repeat(40) });
    await as(server, "bob").approvals.approve(plain.id);
    for (const each of [waiting, plain.id]) {
      await as(server, "cy").approvals.approve(each);
      expect(await as(server, "").invocations.wait(each)).toMatchObject({ status: "executed" });
    }
    expect(charged.slice(1)).toEqual([WAITING, "4111-5555-plain"]);
  });
});
