import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createGateway } from "../../src/gateway/create-gateway.ts";
import type { AddressedBallot, BatchedAnswer, Caller } from "../../src/gateway/gateway.ts";
import { openVoting, type Voting } from "./voting.ts";

const UNKNOWN = `ivn_${"0".repeat(26)}`;

let voting: Voting;
let ada: Caller;
let ben: Caller;

beforeAll(async () => {
  voting = await openVoting();
  [ada, ben] = await Promise.all([voting.voter("ada"), voting.voter("ben")]);
});
afterAll(() => voting.close());

function voteAll(caller: Caller, ids: readonly string[], ballot: Partial<AddressedBallot> = {}) {
  return voting.gateway.voteBatch(
    caller,
    ids.map((id) => ({ decision: "approve", ...ballot, id })),
  );
}

/** The approval's status, or the error's code. */
function outcomeOf(answer: BatchedAnswer): string {
  return "answer" in answer ? answer.answer.approval.status : answer.error.code;
}

test("voteBatch() answers each vote by itself, in the order sent", async () => {
  const [one, two, done] = await Promise.all(["two", "two", "two"].map(() => voting.ask("two")));
  if (one === undefined || two === undefined || done === undefined) throw new Error("Nothing was asked");
  await voting.vote(ben, one);
  await voting.vote(ben, done, { decision: "reject" });
  const ids = [UNKNOWN, one.id, "nonsense", two.id, done.id];
  const answers = await voteAll(ada, ids);
  expect(answers.map(({ id }) => id)).toEqual(ids);
  expect(answers.map(outcomeOf)).toEqual(["not_found", "approved", "not_found", "pending", "already_resolved"]);
});

test("voteBatch() keeps votes on one approval in the order sent, and answers the same vote twice alike", async () => {
  const ref = await voting.ask("reasoned");
  const votes = ["reject", "approve", "approve"] as const;
  const answers = await voting.gateway.voteBatch(
    ada,
    votes.map((decision) => ({ id: ref.id, decision, reason: "NO-1" })),
  );
  expect(answers.map(outcomeOf)).toEqual(["pending", "pending", "pending"]);
  const { votes: kept } = await voting.read(ref);
  expect(kept.map(({ decision, state }) => [decision, state])).toEqual([
    ["reject", "replaced"],
    ["approve", "counted"],
  ]);
});

test("voteBatch() lets the later of two votes of one person stand, also when both were made in one millisecond", async () => {
  const { db } = voting.desk.store;
  const refs = await Promise.all(Array.from({ length: 8 }, () => voting.ask("reasoned")));
  const ids = refs.map(({ id }) => id);
  const [clock] = await db.query<{ text: string; now: number }>(
    "select pg_get_functiondef('ms_now'::regproc) as text, ms_now() as now",
  );
  if (clock === undefined) throw new Error("The database has no clock");
  voting.isAsleep = true;
  try {
    await db.query(
      `create or replace function ms_now() returns timestamptz language sql volatile as $$ select to_timestamp(${clock.now + 500} / 1000.0) $$`,
    );
    for (const decision of ["approve", "reject"] as const) await voteAll(ada, ids, { decision, reason: "NO-1" });
  } finally {
    await db.query(clock.text);
    voting.isAsleep = false;
  }
  for (const ref of refs) {
    await voting.judge(ref);
    expect((await voting.read(ref)).tally).toEqual({ approve: 0, reject: 1 });
  }
}, 60_000);

test("voteBatch() refuses what one vote says without the others", async () => {
  const [one, two] = await Promise.all([voting.ask("two"), voting.ask("two")]);
  const answers = await voting.gateway.voteBatch(ada, [
    { id: one.id, decision: "reject", edit: { "/amountCents": 1 } },
    { id: one.id, decision: "approve", idempotencyKey: "\n" },
    { id: two.id, decision: "approve" },
  ]);
  expect(answers.map(outcomeOf)).toEqual(["invalid_request", "invalid_idempotency_key", "pending"]);
});

test("voteBatch() keeps no vote waiting for the judgement of another", async () => {
  const refs = await Promise.all(Array.from({ length: 20 }, () => voting.ask("two")));
  voting.isAsleep = true;
  const ids = refs.map(({ id }) => id);
  const answers = voteAll(ada, ids);
  const { db } = voting.desk.store;
  const count = "select 1 from vote where invocation = any($1::text[])";
  await vi.waitFor(async () => expect(await db.query(count, [ids])).toHaveLength(20), { timeout: 2_500 });
  voting.isAsleep = false;
  for (const ref of refs) await voting.judge(ref);
  for (const answer of await answers) expect(answer).toMatchObject({ answer: { approval: { tally: { approve: 1 } } } });
});

test("voteBatch() answers a fault of one vote as such, tells nothing of it and goes on", async () => {
  const [one, two] = await Promise.all([voting.ask("two"), voting.ask("two")]);
  const { store } = voting.desk;
  await store.db.query("update approval set progress = 's3cret' where invocation = $1", [one.id]);
  const answers = await voteAll(ada, [one.id, two.id]);
  expect(answers.map(outcomeOf)).toEqual(["internal", "pending"]);
  expect(String(answers.map((answer) => ("error" in answer ? answer.error.message : "")))).not.toContain("s3cret");
});

test("voteBatch() logs of a driver's fault its name and code, and no text that may repeat an edit", async () => {
  const logged: unknown[] = [];
  const { ports, store } = voting.desk;
  const nothing = () => Promise.resolve();
  const runs = {
    start: nothing,
    wake: nothing,
    cancel: nothing,
    countWorkers: async () => 1,
    compensate: nothing,
    probe: nothing,
    missingSearchAttributes: async () => [],
    uiUrl: () => undefined,
  };
  const log = (...line: unknown[]) => void logged.push(line);
  const { gateway, close } = createGateway({ ...ports, runs, log, adminKey: undefined });
  const fault = Object.assign(new TypeError("bad value s3cret"), { code: "22P02", detail: "s3cret" });
  const broken = vi.spyOn(store, "transaction").mockRejectedValueOnce(fault);
  const [answer] = await gateway.voteBatch(ada, [{ id: UNKNOWN, decision: "approve" }]);
  broken.mockRestore();
  close();
  const told = { invocation: UNKNOWN, error: { name: "TypeError", code: "22P02" } };
  expect(logged).toEqual([["error", "A vote of a batch failed", told]]);
  if (answer === undefined || !("error" in answer)) throw new Error("The vote was taken");
  expect([answer.error.code, answer.error.cause]).toEqual(["internal", undefined]);
});

test("voteBatch() says that the store is away for the votes that found it so", async () => {
  const ref = await voting.ask("two");
  const away = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const broken = vi.spyOn(voting.desk.store, "transaction").mockRejectedValueOnce(away);
  const answers = await voteAll(ada, [ref.id]);
  broken.mockRestore();
  expect(answers).toMatchObject([{ id: ref.id, error: { code: "unavailable", retryable: true } }]);
});

test("voteBatch() needs the permission to vote, for all of it", async () => {
  const reader = await voting.desk.caller({ subject: "reader", groups: ["finance"], permissions: ["read"] });
  await expect(voteAll(reader, [UNKNOWN])).rejects.toMatchObject({ code: "forbidden" });
});
