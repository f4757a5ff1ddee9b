import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { openingProgress } from "../../src/core/approval/clocks.ts";
import { newInvocationId } from "../../src/core/ids.ts";
import { votesTopic } from "../../src/core/topics.ts";
import { createGateway } from "../../src/gateway/create-gateway.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import type { Db } from "../../src/store/db.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { createStore, type Store, type TransactionTables } from "../../src/store/store.ts";
import { startPostgres } from "../../fleet/postgres-server.ts";
import { createPorts } from "./identity-gateway.ts";

const TERMS = {
  stages: [{ approvers: ["group:finance"], approve: 2, deny: 1 }],
  ...{ decideByMs: 3_600_000, exclude: ["requester"], requireReason: false, onDrift: "ask_again" },
};

let server: Awaited<ReturnType<typeof startPostgres>>;
let db: Db;
let store: Store;
let door: ReturnType<typeof createGateway>;

beforeAll(async () => {
  server = await startPostgres();
  db = await openPostgres({ url: server.url });
  await migrate(db);
  store = createStore(db);
  const ports = createPorts(store);
  door = createGateway({ ...ports, runs: { ...ports.runs, wake: countAll } });
});
afterAll(async () => {
  door.close();
  await store.close();
  await server.stop();
});

/** Plays the run: whatever was received counts. */
async function countAll(ref: InvocationRef): Promise<void> {
  await store.transaction(async (tx) => {
    const received = (await tx.votes.listOfRound(ref, 1)).filter(({ state }) => state === "received");
    await tx.votes.judge(
      ref.tenant,
      received.map(({ id }) => ({ id, state: "counted" })),
    );
    tx.notify(votesTopic(ref));
  });
}

function voter(subject: string): Caller {
  const principal = { tenant: "default", subject, kind: "user" as const, roles: [], groups: ["finance"], scopes: [] };
  return { principal, permissions: new Set(["approve"]) };
}

/** Opens a round of an approval, of a new call for the first. */
async function openRound(tx: TransactionTables | Store, ref: InvocationRef, round: number): Promise<void> {
  const atMs = Date.now();
  await tx.approvals.open({
    ...{ ref, round, action: "pay.two", requesters: ["agent"], approvers: ["group:finance"], because: undefined },
    ...{ terms: JSON.stringify(TERMS), progress: JSON.stringify(openingProgress(atMs)), digest: `digest-${round}` },
    ...{ openedAt: new Date(atMs), decideBy: new Date(atMs + TERMS.decideByMs) },
  });
}

async function ask(): Promise<InvocationRef> {
  const id = newInvocationId((size) => crypto.getRandomValues(new Uint8Array(size)));
  const ref = { tenant: "default", id };
  await store.invocations.accept({
    ...{ ref, action: "pay.two", actionVersion: "v1", taskQueue: "tests", actor: "agent", actorPrincipal: "{}" },
    ...{ via: undefined, run: undefined, session: undefined, reason: undefined, idempotencyKey: undefined },
    ...{ requestHash: "h", digest: "digest-1", input: "{}", inputView: "{}", salt: "00" },
  });
  const verdict = { effect: "require_approval", reason: "Asked", policyVersion: "1", matched: [], obligations: {} };
  await store.invocations.update(ref, { status: "pending", verdict: JSON.stringify(verdict) });
  await openRound(store, ref, 1);
  return ref;
}

test("vote() counts for no round that was opened while it waited for the one before", async () => {
  const ref = await ask();
  let voting: Promise<unknown> | undefined;
  await store.transaction(async (tx) => {
    const held = await tx.approvals.lock(ref);
    voting = door.gateway.vote(voter("ada"), ref.id, { decision: "approve" }).catch((error: unknown) => error);
    await vi.waitFor(async () => expect(await db.query("select 1 from pg_locks where not granted")).not.toEqual([]));
    if (held !== undefined) await tx.approvals.update(held.approval, { status: "superseded" });
    await openRound(tx, ref, 2);
  });
  expect(await voting).toMatchObject({ code: "digest_mismatch", details: { approval: { round: 2, votes: [] } } });
});

test("vote() keeps one row of each voter, however often all of them vote at once", async () => {
  const ref = await ask();
  const people = Array.from({ length: 40 }, (_, index) => voter(`voter-${index % 8}`));
  const answers = await Promise.all(people.map((caller) => door.gateway.vote(caller, ref.id, { decision: "approve" })));
  expect(answers.every(({ confirmed }) => confirmed)).toBe(true);
  const votes = await store.votes.listOfRound(ref, 1);
  expect(votes.map((vote) => vote.voter).toSorted()).toEqual(
    people.slice(0, 8).map((caller) => caller.principal.subject),
  );
});
