import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from "vitest";
import type { InvocationRef, VoteId } from "../../src/contract/ids.ts";
import { newInvocationId, newVoteId } from "../../src/core/ids.ts";
import type { GatewayPorts, RunStart } from "../../src/gateway/ports.ts";
import { type Relay, startRelay } from "../../src/gateway/relay.ts";
import type { VoteRow } from "../../src/store/votes.ts";
import {
  acceptApproved,
  activitiesOf,
  type Desk,
  eventTypes,
  insertVote,
  openDesk,
  perform,
} from "../activities/desk.ts";

let desk: Desk;
let relay: Relay;
let started: RunStart[];
let woken: VoteId[];
let canceled: InvocationRef[];
let isTemporalAway: boolean;
const log = vi.fn<GatewayPorts["log"]>();

beforeAll(async () => {
  desk = await openDesk();
  await desk.caller({ subject: "ada" });
});
afterAll(() => desk.close());
beforeEach(async () => {
  [started, woken, canceled] = [[], [], []];
  isTemporalAway = false;
  log.mockClear();
  await desk.store.db.query("truncate invocation, input_revision, approval, vote, audit_event, audit_head");
  relay = startRelay({ store: desk.store, runs: recordedRuns(), log });
});
afterEach(() => relay.stop());

function recordedRuns(): GatewayPorts["runs"] {
  const reach = async (work: () => unknown) => {
    if (isTemporalAway) throw new Error("Temporal is away");
    work();
  };
  return {
    start: (run) => reach(() => started.push(run)),
    wake: (_ref, vote) => reach(() => woken.push(vote)),
    cancel: (ref) => reach(() => canceled.push(ref)),
    countWorkers: async () => 1,
    compensate: () => Promise.resolve(),
    probe: () => Promise.resolve(),
    missingSearchAttributes: async () => [],
    uiUrl: () => undefined,
  };
}

/** Makes everything so old that no door minds it any more. */
async function growOld(): Promise<void> {
  const { db } = desk.store;
  await db.query("update invocation set created_at = created_at - interval '10 seconds'");
  await db.query("update invocation set cancel_at = cancel_at - interval '10 seconds'");
  await db.query("update vote set made_at = made_at - interval '10 seconds'");
}

async function endLeases(): Promise<void> {
  for (const table of ["invocation", "vote"]) await desk.store.db.query(`update ${table} set leased_until = null`);
}

/** A call that waits for people. */
async function ask(): Promise<InvocationRef> {
  const ref = await desk.accept("asked.idempotent");
  await perform(() => activitiesOf(desk).decideInvocation(ref));
  return ref;
}

async function voteRow(ref: InvocationRef, id: VoteId): Promise<VoteRow | undefined> {
  return desk.store.votes.get(ref.tenant, id);
}

describe("relay.look()", () => {
  it("starts what was accepted a while ago and has no run, as the door would have", async () => {
    const ref = await desk.accept("free.idempotent", { text: "token=abcdef123456" });
    await relay.look();
    expect(started).toEqual([]);
    await growOld();
    await relay.look();
    expect(started).toMatchObject([{ ref, taskQueue: "desk", action: "free.idempotent", actor: "agent" }]);
    expect(JSON.stringify(started)).not.toContain("abcdef123456");
  });

  it("leaves alone what a run has decided", async () => {
    await ask();
    await growOld();
    await relay.look();
    expect(started).toEqual([]);
  });

  it("starts each row once while two of them look at once, and again only when the lease is over", async () => {
    for (let count = 0; count < 5; count += 1) await desk.accept("free.idempotent");
    await growOld();
    const second = startRelay({ store: desk.store, runs: recordedRuns(), log });
    await Promise.all([relay.look(), second.look()]);
    await second.stop();
    await relay.look();
    expect(started).toHaveLength(5);
    expect(new Set(started.map((run) => run.ref.id)).size).toBe(5);
    await endLeases();
    await relay.look();
    expect(started).toHaveLength(10);
  });

  it("says so and tries again later when Temporal is away", async () => {
    await desk.accept("free.idempotent");
    await growOld();
    isTemporalAway = true;
    await relay.look();
    expect(log).toHaveBeenCalledWith("warn", "The relay could not reach a run", expect.anything());
    isTemporalAway = false;
    await endLeases();
    await relay.look();
    expect(started).toHaveLength(1);
  });

  it("wakes the runs of votes that were not judged", async () => {
    const ref = await ask();
    const vote = await insertVote(desk, ref);
    await relay.look();
    expect(woken).toEqual([]);
    await growOld();
    await relay.look();
    await relay.look();
    expect(woken).toEqual([vote]);
    expect((await voteRow(ref, vote))?.state).toBe("received");
  });

  it("wakes a run once for all votes on its approval", async () => {
    const refs = [await ask(), await ask()];
    const votes = await Promise.all(
      [...refs, ...refs].map((ref, index) => insertVote(desk, ref, { voter: `v${index}` })),
    );
    await growOld();
    await relay.look();
    expect(woken).toHaveLength(2);
    expect(votes).toEqual(expect.arrayContaining(woken));
  });

  it("asks those to stop that were canceled and are open", async () => {
    const ref = await ask();
    await desk.store.invocations.update(ref, { cancel_at: new Date(), cancel_by: "agent" });
    await growOld();
    await relay.look();
    expect(canceled).toEqual([ref]);
    await perform(() => activitiesOf(desk).recordVotes(ref, { canceled: true }));
    await endLeases();
    await relay.look();
    expect(canceled).toHaveLength(1);
  });
});

describe("relay.look() refuses a vote that nobody will judge", () => {
  /** A look refuses the vote, wakes nobody, and the next look finds nothing. */
  async function assertRefused(ref: InvocationRef, vote: VoteId, code = "already_resolved"): Promise<void> {
    await growOld();
    await relay.look();
    expect(await voteRow(ref, vote)).toMatchObject({ state: "refused", code });
    await endLeases();
    expect(await desk.store.votes.leaseReceived({ olderThanMs: 0, leaseMs: 1, limit: 9 })).toEqual([]);
    expect(woken).toEqual([]);
    const { items } = await desk.store.audit.list(ref.tenant, { type: "approval.vote_refused" }, { limit: 9 });
    expect(items).toMatchObject([{ principal: "ada", data: { vote, code, at: "relay" } }]);
  }

  it("because its approval is resolved", async () => {
    const ref = await acceptApproved(desk, "idempotent");
    await assertRefused(ref, await insertVote(desk, ref, { mac: "by hand" }));
    expect((await eventTypes(desk, ref)).at(-1)).toBe("approval.vote_refused");
  });

  it("because its call is closed", async () => {
    const ref = await acceptApproved(desk, "idempotent");
    await perform(() => activitiesOf(desk).executeAction(ref));
    await assertRefused(ref, await insertVote(desk, ref));
  });

  it("because nobody was asked", async () => {
    const ref = await desk.accept("free.idempotent");
    await perform(() => activitiesOf(desk).decideInvocation(ref));
    await assertRefused(ref, await insertVote(desk, ref));
  });

  it("because it is of a round that there isn't", async () => {
    const ref = await ask();
    await assertRefused(ref, await insertVote(desk, ref, { round: 2 }), "digest_mismatch");
  });

  it("because its call is another tenant's or nobody's, without naming it in the record", async () => {
    const ref = await ask();
    for (const invocation of [ref.id, newInvocationId(randomBytes)]) {
      const id = newVoteId(randomBytes);
      await desk.store.votes.insert({
        ...{ tenant: "acme", id, invocation, round: 1, digest: "d", voter: "ada", decision: "approve" },
        ...{
          stage: 0,
          edit: null,
          grant_terms: null,
          reason: null,
          idempotency_key: null,
          made_at: Date.now() - 60_000,
          mac: "by hand",
        },
      });
    }
    await relay.look();
    const { items } = await desk.store.audit.list("acme", {}, { limit: 9 });
    expect(items).toHaveLength(2);
    expect(items.filter((event) => event.invocation !== undefined)).toEqual([]);
    expect(woken).toEqual([]);
  });
});

test("startRelay() looks by itself, goes on after a look that failed, and stops when told", async () => {
  await desk.accept("free.idempotent");
  await growOld();
  const query = vi
    .spyOn(desk.store.invocations, "leaseUnstarted")
    .mockRejectedValueOnce(new Error("The store is away"));
  await vi.waitFor(() => expect(started).toHaveLength(1), { timeout: 10_000 });
  expect(log).toHaveBeenCalledWith("warn", "The relay's look failed and is tried again", expect.anything());
  await relay.stop();
  const looks = query.mock.calls.length;
  await endLeases();
  await desk.store.db.query("select pg_sleep(1.2)");
  expect(query.mock.calls.length).toBe(looks);
});

function randomBytes(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}
