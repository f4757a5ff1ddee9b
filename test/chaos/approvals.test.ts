import { fileURLToPath } from "node:url";
import { Pool } from "pg";
import { beforeAll, expect, test } from "vitest";
import { type ApartServer, startApart } from "../support/apart-server.ts";
import { readEffects } from "../support/chaos-server.ts";
import { type CommandProcess, eventually, undoLater } from "../support/processes.ts";
import { temporalAddress } from "../support/temporal-server.ts";
import { type CastVote, hirePeople, insist, type Person, type SeenApproval, votersOf } from "./fixtures/people.ts";
import { createRandom, type Random } from "./fixtures/random.ts";
import { judgeAgain, type KeptVote } from "./fixtures/votes-model.ts";

// Environment of this file alone: CHAOS_APPROVALS is how many approvals people are asked for (default 24; the long form is 200),
// CHAOS_SEED what all that is random comes from (default 6).
const APPROVALS = Number(process.env["CHAOS_APPROVALS"] ?? 24);
const SEED = Number(process.env["CHAOS_SEED"] ?? 6);

/** Of so many calls one is answered by nobody. */
const UNANSWERED_EVERY = 10;
/** Calls that people are busy with at the same time. */
const AT_ONCE = 12;

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

let server: ApartServer;
let database: Pool;
let workers: CommandProcess[];
let people: readonly Person[];
let agent: Person;
/** Every vote that was answered by anything. */
const cast: CastVote[] = [];
const kills = { worker: 0, api: 0 };

beforeAll(async () => {
  const env = {
    COUNTERSIGN_ACTIONS: fixture("approval-actions.ts"),
    COUNTERSIGN_POLICY: fixture("approval-policy.yaml"),
  };
  server = await startApart({ temporalAddress: temporalAddress(), apiCount: 2, env });
  workers = [server.worker(), await server.startWorker()];
  database = new Pool({ connectionString: server.database.url, max: 4 });
  undoLater(() => database.end());
  agent = { name: "agent", callers: await server.callers("agent", { kind: "agent" }) };
  people = await hirePeople(server);
});

test(
  `${APPROVALS} approvals of two stages, voted on while processes are killed (seed ${SEED}): each ends as its votes say`,
  { timeout: 60_000 + APPROVALS * 3_000 },
  async () => {
    const calls = Array.from({ length: APPROVALS }, (_, call) => call);
    const over = { is: false };
    const chaos = disturb(createRandom(SEED), over);
    const ids: string[] = [];
    const takeUp = async (): Promise<void> => {
      for (let call = calls.shift(); call !== undefined; call = calls.shift()) {
        ids.push(await seeThrough(createRandom(SEED * 1_000 + call), call));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, takeUp)).finally(() => (over.is = true));
    await chaos;
    console.log(`${cast.length} votes while ${kills.worker} workers and ${kills.api} HTTP processes were killed`);

    expect(ids).toHaveLength(APPROVALS);
    expect(kills.worker).toBeGreaterThan(0);
    expect(kills.api).toBeGreaterThan(0);
    const votes = await readVotes();
    for (const id of ids)
      await expectEnd(
        id,
        votes.filter(({ invocation }) => invocation === id),
      );
    await expectReminders();
    for (const vote of cast) expectKept(vote, votes);
  },
);

/** Kills a process of a random kind whenever people have got some answers more, and puts another in its place. */
async function disturb(random: Random, over: { readonly is: boolean }): Promise<void> {
  while (!over.is) {
    const until = cast.length + 8 + random.below(12);
    await eventually(() => over.is || cast.length >= until, { timeoutMs: 120_000, what: "Further votes" });
    const kind = random.pick(["worker", "api"] as const);
    const index = random.below(2);
    if (!over.is) kills[kind] += 1;
    if (over.is) return;
    if (kind === "api") await server.replaceApi(index);
    else await replaceWorker(index);
  }
}

async function replaceWorker(index: number): Promise<void> {
  await workers[index]?.end("SIGKILL");
  workers[index] = await server.startWorker();
}

/** Puts one call to people, lets them vote until it is resolved, and waits for its end. */
async function seeThrough(random: Random, call: number): Promise<string> {
  const action = call % UNANSWERED_EVERY === 0 ? "chaos.unanswered" : "chaos.staged";
  const { body } = await insist<{ id: string }>(random, agent, {
    path: `/v1/actions/${action}/invocations`,
    request: {
      body: { input: { text: `call ${call}`, amount: 1 }, waitMs: 0 },
      headers: { "idempotency-key": `${call}` },
    },
  });
  while (action === "chaos.staged") {
    const seen = await look(random, body.id);
    if (seen.status !== "pending") break;
    await waitForReminders(seen, random.below(3));
    const voters = new Set(
      Array.from({ length: 1 + random.below(3) }, () => random.pick(votersOf(people, seen.stage))),
    );
    await Promise.all(Array.from(voters, (voter) => vote(random, voter, seen)));
  }
  await eventually(
    async () => {
      const answer = await insist<{ status: string }>(random, agent, {
        path: `/v1/invocations/${body.id}?waitMs=5000`,
      });
      return !["accepted", "pending", "executing"].includes(answer.body.status);
    },
    { timeoutMs: 90_000, what: `The end of ${body.id}` },
  );
  return body.id;
}

/** The approval, once there is one. */
function look(random: Random, id: string): Promise<SeenApproval> {
  return eventually(
    async () => {
      const { status, body } = await insist<SeenApproval>(random, people[0] ?? agent, { path: `/v1/approvals/${id}` });
      return status === 200 && body;
    },
    { timeoutMs: 60_000, what: `The approval of ${id}` },
  );
}

/** Lets people take their time: until so many reminders were sent, or the approval went on without them. */
async function waitForReminders({ id, round, stage }: SeenApproval, count: number): Promise<void> {
  const query = `select (select count(*) from audit_event where invocation = $1 and type = 'approval.reminded'
      and data::jsonb @> jsonb_build_object('round', $2::int, 'stage', $3::int))::int as reminders,
    exists (select from approval where invocation = $1 and round = $2 and status = 'pending'
      and progress::jsonb @> jsonb_build_object('stage', $3::int)) as waits`;
  await eventually(
    async () => {
      const [row] = (await database.query<{ reminders: number; waits: boolean }>(query, [id, round, stage])).rows;
      return row === undefined || !row.waits || row.reminders >= count;
    },
    { timeoutMs: 60_000, what: `Reminder ${count} of ${id}` },
  );
}

let amount = 1_000;

/** One that no input has yet: an edit that changes nothing is refused. */
function nextAmount(): number {
  amount += 1;
  return amount;
}

async function vote(random: Random, voter: Person, seen: SeenApproval): Promise<void> {
  const decision = random.chance(0.15) ? "reject" : "approve";
  const edits = decision === "approve" && seen.round < 3 && random.chance(0.1);
  const key = `${voter.name}-${random.below(2 ** 31)}`;
  const body = { decision, digest: seen.digest, ...(edits ? { edit: { "/amount": nextAmount() } } : {}) };
  const request = { body, headers: { "idempotency-key": key } };
  const { status } = await insist(random, voter, { path: `/v1/approvals/${seen.id}/votes`, request });
  cast.push({ key, invocation: seen.id, voter: voter.name, decision, round: seen.round, status });
}

async function readVotes(): Promise<readonly KeptVote[]> {
  const { rows } = await database.query<KeptVote>(
    `select id, invocation, round, stage, voter, decision, edit, state, idempotency_key as key from vote order by made_at, id`,
  );
  return rows;
}

/** A call's end is what its votes come to when they are judged again, it is on record once, and it ran once or not at all. */
async function expectEnd(id: string, votes: readonly KeptVote[]): Promise<void> {
  const again = judgeAgain(votes);
  expect(Object.fromEntries(votes.map((vote) => [vote.id, vote.state])), id).toEqual(Object.fromEntries(again.states));
  const { rows } = await database.query<{ status: string; round: number; resolutions: number; input: string }>(
    `select i.status, i.round, r.input, (select count(*) from audit_event where invocation = $1 and type = 'approval.resolved')::int as resolutions
       from invocation i join input_revision r on r.invocation = i.id and r.round = i.round where i.id = $1`,
    [id],
  );
  const ends = { approved: ["executed", "uncertain"], rejected: ["rejected"], pending: ["expired"] };
  expect(ends[again.status], id).toContain(rows[0]?.status);
  expect(rows, id).toMatchObject([{ round: again.round, resolutions: 1 }]);
  const { amount } = JSON.parse(rows[0]?.input ?? "{}") as { amount: number };
  const effects = readEffects(server.workspace).filter(({ key }) => key === id);
  // Killed while it ran, a call that may run only once is uncertain, and has run once or not at all.
  if (rows[0]?.status === "uncertain") expect(effects.length, id).toBeLessThanOrEqual(1);
  else expect(effects, id).toMatchObject(again.status === "approved" ? [{ amount }] : []);
}

/** Every due reminder was sent once, or was made good by the one after it: the instants of a stage leave no gap and no double. */
async function expectReminders(): Promise<void> {
  const { rows } = await database.query<{ invocation: string; action: string; data: string }>(
    "select invocation, action, data from audit_event where type = 'approval.reminded' order by seq",
  );
  expect(rows).not.toHaveLength(0);
  const last = new Map<string, number>();
  for (const { invocation, action, data } of rows) {
    const { round, stage, at, missed } = JSON.parse(data) as Reminder;
    const everyMs = action === "chaos.staged" && stage === 0 ? 1_000 : 2_000;
    const key = `${invocation} ${round} ${stage}`;
    const lastMs = last.get(key);
    if (lastMs !== undefined) expect(Date.parse(at) - lastMs, key).toBe((missed + 1) * everyMs);
    last.set(key, Date.parse(at));
  }
}

interface Reminder {
  readonly round: number;
  readonly stage: number;
  readonly at: string;
  readonly missed: number;
}

/** A vote that was acknowledged is on record, judged, and there once however often it was sent. */
function expectKept({ key, invocation, voter, decision, round, status }: CastVote, votes: readonly KeptVote[]): void {
  expect([200, 202, 403, 409]).toContain(status);
  expect(votes.filter((vote) => vote.key === key).length, key).toBeLessThanOrEqual(1);
  // A refusal is no answer to a vote that counts, not even where the first answer was lost with its process.
  const states = votes.filter((vote) => vote.key === key).map(({ state }) => state);
  if (status > 202) expect(["refused", undefined], key).toContain(states[0]);
  if (status > 202) return;
  const kept = votes.filter(
    (vote) =>
      vote.invocation === invocation && vote.voter === voter && vote.decision === decision && vote.round === round,
  );
  expect(kept, key).not.toHaveLength(0);
  for (const { state } of kept) expect(state, key).not.toBe("received");
}
