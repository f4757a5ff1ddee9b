import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import type { Resolution } from "../../src/contract/approval.ts";
import type { RecordedVerdict } from "../../src/contract/policy.ts";
import type { Step } from "../../src/contract/run.ts";
import { inputDigest } from "../../src/core/digest.ts";
import { isFinal } from "../../src/core/invocation.ts";
import type { LockedInvocation } from "../../src/store/invocations.ts";
import type { VoteRow } from "../../src/store/votes.ts";
import { activitiesOf, type Desk, insertVote, openDesk, perform, setDeadline } from "./desk.ts";
import { breakAfter } from "./faults.ts";

/** What may happen to a call, in any order: what people do, what time does, what attackers with the database do, and Temporal's side. */
const anyEvent = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("step", "step again", "step and crash") },
  { weight: 3, arbitrary: fc.constantFrom("approve", "approve", "reject") },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "cancel",
      "decide-by passes",
      "execute-by passes",
      "execute out of turn",
      "close out of turn",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "forged vote",
      "own vote",
      "stranger's vote",
      "late vote",
      "vote on another digest",
      "tampered input",
    ),
  },
);
type Event = typeof anyEvent extends fc.Arbitrary<infer Name> ? Name : never;

const anyAction = fc
  .tuple(fc.constantFrom("asked", "asked", "free", "shut"), fc.constantFrom("idempotent", "at_most_once", "inline"))
  .map((parts) => parts.join("."));

/** A call and what Temporal would know of it. */
interface Play {
  readonly ref: InvocationRef;
  readonly action: string;
  step: Step | undefined;
  /** Tries of the activity that is due. */
  attempt: number;
}

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
  for (const subject of ["ada", "stranger"]) await desk.caller({ subject });
});
afterAll(() => desk.close());
beforeEach(() => {
  desk.acts.length = 0;
  desk.behave = () => ({});
});

/** Carries out the activity that the run is at; a crash strikes after some statement, and the result is lost. */
async function takeStep(play: Play, crashAfter?: number): Promise<void> {
  const db = crashAfter === undefined ? undefined : breakAfter(desk.store.db, (_text, index) => index === crashAfter);
  const { decideInvocation, recordVotes, executeAction } = activitiesOf(desk, db);
  const { ref, step } = play;
  if (step?.kind === "closed") return;
  const work = (): Promise<Step> => {
    if (step === undefined) return decideInvocation(ref);
    return step.kind === "wait" ? recordVotes(ref, { canceled: false }) : executeAction(ref);
  };
  const next = await perform(work, play.attempt).catch(() => undefined);
  // A worker that died after the commit is, to Temporal, one that died before it.
  if (next === undefined || crashAfter !== undefined) play.attempt += 1;
  else [play.step, play.attempt] = [next, 1];
}

async function happen(play: Play, event: Event): Promise<void> {
  const { ref } = play;
  const vote = (change: Partial<VoteRow> = {}) => insertVote(desk, ref, change);
  const run = (work: () => Promise<unknown>) => perform(work, 2).catch(() => undefined);
  const effects: Record<Event, () => Promise<unknown>> = {
    step: () => takeStep(play),
    "step again": async () => {
      const [step, attempt] = [play.step, play.attempt];
      await takeStep(play);
      [play.step, play.attempt] = [step, attempt + 1];
    },
    "step and crash": () => takeStep(play, play.attempt % 7),
    approve: () => vote(),
    reject: () => vote({ decision: "reject" }),
    cancel: () => desk.store.invocations.update(ref, { cancel_at: new Date(), cancel_by: "agent" }),
    "decide-by passes": () => setDeadline(desk, ref, { column: "decide_by", inMs: -1_000 }),
    "execute-by passes": () => setDeadline(desk, ref, { column: "execute_by", inMs: -1_000 }),
    "execute out of turn": () => run(() => activitiesOf(desk).executeAction(ref)),
    "close out of turn": () => run(() => activitiesOf(desk).closeInvocation(ref, { canceled: true })),
    "forged vote": () => vote({ mac: "f".repeat(64) }),
    "own vote": () => vote({ voter: "agent" }),
    "stranger's vote": () => vote({ voter: "stranger" }),
    "late vote": () => vote({ made_at: Date.now() + 7_200_000 }),
    "vote on another digest": () => vote({ digest: "0".repeat(64) }),
    "tampered input": () =>
      desk.store.db.query(`update input_revision set input = '{"text":"tampered"}' where invocation = $1`, [ref.id]),
  };
  await effects[event]();
}

/** What must hold of a call at any instant, by what is recorded and what was done. */
async function assertHolds(play: Play, before: LockedInvocation): Promise<LockedInvocation> {
  const row = await lockedRow(play.ref);
  if (isFinal(before.status)) expect(row.status).toBe(before.status);
  const acts = desk.acts.filter((act) => act.id === play.ref.id);
  if (acts.length === 0) return row;
  const verdict = JSON.parse(row.verdict ?? "{}") as Partial<RecordedVerdict>;
  for (const { input } of acts) expect(inputDigest(partsOf(row, input))).toBe(row.digest);
  if (verdict.effect !== "allow") await assertApproved(row, verdict);
  const attempts = await desk.store.db.query("select 1 from execution where invocation = $1", [play.ref.id]);
  expect(attempts.length).toBeGreaterThan(0);
  if (play.action.endsWith("at_most_once")) expect(acts).toHaveLength(1);
  return row;
}

async function assertApproved(row: LockedInvocation, verdict: Partial<RecordedVerdict>): Promise<void> {
  expect(verdict.effect).toBe("require_approval");
  const approval = await desk.store.approvals.get({ tenant: row.tenant, id: row.id });
  const resolution = JSON.parse(approval?.resolution ?? "{}") as Partial<Resolution>;
  expect(resolution).toMatchObject({ status: "approved", by: ["ada"], digest: row.digest });
  const votes = await desk.store.votes.listOfRound({ tenant: row.tenant, id: row.id }, row.round);
  const counted = votes.filter((vote) => vote.state === "counted");
  expect(counted).toMatchObject([{ voter: "ada", decision: "approve", digest: row.digest }]);
}

function partsOf(row: LockedInvocation, input: unknown) {
  const { id: invocation, tenant, actor, action, action_version: actionVersion, round, salt } = row;
  return { invocation, tenant, actor, action, actionVersion, round, salt, input };
}

function lockedRow(ref: InvocationRef): Promise<LockedInvocation> {
  return desk.store.transaction(async (tx) => {
    const row = await tx.invocations.lock(ref);
    if (row === undefined) throw new Error("There is no such row");
    return row;
  });
}

async function playOut(action: string, events: readonly Event[]): Promise<LockedInvocation> {
  const play: Play = { ref: await desk.accept(action, { text: "as asked" }), action, step: undefined, attempt: 1 };
  let row = await lockedRow(play.ref);
  // Past the end the run goes on until it is closed or waits for people.
  for (const event of [...events, ...Array<Event>(6).fill("step")]) {
    await happen(play, event);
    row = await assertHolds(play, row);
  }
  return row;
}

test("an action runs only on a recorded allow or approval of the very input that runs, whatever happens in whatever order", async () => {
  const sequences = fc.asyncProperty(anyAction, fc.array(anyEvent, { maxLength: 14 }), async (action, events) => {
    await playOut(action, events);
  });
  await fc.assert(sequences, { numRuns: 120 });
});

test.each<[string, Event[], string]>([
  ["free.idempotent", [], "executed"],
  ["free.inline", ["step and crash"], "executed"],
  ["shut.idempotent", ["approve"], "denied"],
  ["asked.idempotent", ["step", "approve"], "executed"],
  ["asked.at_most_once", ["step", "approve", "step", "step and crash"], "executed"],
  ["asked.idempotent", ["step", "forged vote", "own vote", "stranger's vote", "late vote"], "pending"],
  ["asked.idempotent", ["step", "decide-by passes", "approve"], "expired"],
  ["asked.idempotent", ["step", "approve", "step", "execute-by passes"], "expired"],
  ["asked.idempotent", ["step", "approve", "cancel"], "canceled"],
  ["asked.idempotent", ["step", "approve", "step", "tampered input"], "failed"],
  ["asked.inline", ["tampered input", "step", "approve"], "failed"],
  ["free.at_most_once", ["tampered input"], "failed"],
  ["free.inline", ["tampered input"], "failed"],
])(
  "the play of %s with %j ends %s, so the property above has seen what it speaks of",
  async (action, events, status) => {
    expect((await playOut(action, events)).status).toBe(status);
  },
);
