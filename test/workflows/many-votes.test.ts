import { afterAll, beforeAll, expect, test } from "vitest";
import type { Permission } from "../../src/contract/principal.ts";
import type { Caller, VoteAnswer } from "../../src/gateway/gateway.ts";
import { startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";
import { effects, testActions } from "./actions.ts";

const VOTERS = 1_000;
const QUORUM = 600;

const POLICY = `
version: 1
rules:
  - name: a meeting decides
    match: { action: "test.*" }
    effect: require_approval
    approval: { approvers: ["group:meeting"], approve: ${QUORUM}, deny: ${QUORUM}, decide_by: 1h }
`;

let guard: TestGuard;
let voters: readonly Caller[];

beforeAll(async () => {
  guard = await startGuard(testActions, POLICY);
  voters = await seatVoters(guard);
});
afterAll(() => guard.close());

test(`${VOTERS} votes at once on one approval are all answered, make one resolution and one execution`, async () => {
  const agent = await guard.caller({ subject: "agent", kind: "agent" });
  const view = await guard.gateway.invoke(agent, { action: "test.note", input: { text: "carried" } });
  expect(view.status).toBe("pending");

  const startedAtMs = performance.now();
  const answers = await Promise.allSettled(
    voters.map((voter) => guard.gateway.vote(voter, view.id, { decision: "approve", digest: view.digest })),
  );
  const tookMs = Math.round(performance.now() - startedAtMs);
  expect(await waitForStatus(guard, view.id, "executed")).toMatchObject({ attempts: 1 });
  const counts = countAnswers(answers);
  console.log(`${VOTERS} votes were answered in ${tookMs} ms: ${JSON.stringify(counts)}`);

  const { counted = 0, kept = 0, already_resolved: late = 0 } = counts;
  expect(counted + kept + late).toBe(VOTERS);
  const states = await guard.store.db.query<{ state: string; code: string | null; votes: number }>(
    "select state, code, count(*)::int as votes from vote where invocation = $1 group by state, code order by state",
    [view.id],
  );
  expect(states[0]).toEqual({ state: "counted", code: null, votes: QUORUM });
  for (const refused of states.slice(1)) expect(refused).toMatchObject({ state: "refused", code: "already_resolved" });
  const events = await guard.gateway.listInvocationEvents(guard.admin, view.id);
  const [resolution, ...others] = events.filter(({ type }) => type === "approval.resolved");
  expect(others).toEqual([]);
  expect(resolution?.data).toMatchObject({ status: "approved" });
  expect(new Set(resolution?.data["by"] as string[]).size).toBe(QUORUM);
  expect(effects.get(view.id)).toBe(1);
}, 180_000);

/** People of one group, put on record in one statement. */
async function seatVoters({ store }: TestGuard): Promise<readonly Caller[]> {
  const permissions: ReadonlySet<Permission> = new Set(["approve", "read"]);
  const subjects = Array.from({ length: VOTERS }, (_, index) => `voter-${index}`);
  await store.db.query(
    `insert into principal (tenant, subject, kind, groups) select 'default', subject, 'user', '{meeting}' from unnest($1::text[]) subject`,
    [subjects],
  );
  return subjects.map((subject) => ({
    principal: { tenant: "default", subject, kind: "user", roles: [], groups: ["meeting"], scopes: [] },
    permissions,
  }));
}

/** How many votes counted, are kept and were not judged in time to say more, or were refused with a code. */
function countAnswers(answers: readonly PromiseSettledResult<VoteAnswer>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const name = answer.status === "rejected" ? codeOf(answer.reason) : answer.value.confirmed ? "counted" : "kept";
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
