import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { ApprovalView, StageView } from "../../src/contract/approval.ts";
import type { ApprovalStats } from "../../src/contract/approval-stats.ts";
import { startWireServer } from "../client/wire-server.ts";
import { runHere } from "./run-cli.ts";

const AT = "2026-01-01T00:00:00.000Z";
const LATER = "2026-01-02T00:00:00.000Z";
const SOON = "2026-01-01T04:00:00.000Z";

const STAGE: StageView = {
  ...{ status: "open", approvers: ["group:finance"], thresholds: { approve: 2, deny: 1 }, by: [], escalations: [] },
  ...{ tally: { approve: 1, reject: 0 }, openedAt: AT, decideBy: SOON },
};

function buildApproval(changes: Partial<ApprovalView> = {}): ApprovalView {
  return {
    ...{ id: "ivn_1", tenant: "default", status: "pending", action: "billing.issue_refund", title: "Issue a refund" },
    ...{ actor: "demo-agent", via: "gateway", reason: "Broken", risk: "high", input: { amountCents: 5 } },
    ...{ digest: "d".repeat(64), round: 1, rule: "refunds", why: "Money leaves", policyVersion: "1-0" },
    ...{ approvers: ["group:finance"], thresholds: { approve: 2, deny: 1 }, tally: { approve: 1, reject: 0 } },
    ...{ stage: 0, stages: [STAGE], requireReason: false, openedAt: AT, decideBy: LATER, votes: [] },
    outlook: {
      onApprove: { says: "The call runs as soon as one more person approves" },
      onReject: { says: "The call is rejected" },
      onSilence: { says: "The approval expires", at: SOON },
    },
    invocationStatus: "pending",
    ...changes,
  };
}

async function run(body: unknown, args: readonly string[], isInteractive = false) {
  const server = await startWireServer({ status: 200, body });
  const env = { COUNTERSIGN_URL: server.url, COUNTERSIGN_API_KEY: "csk_test" };
  return { ...(await runHere(["approvals", ...args], { env, isInteractive })), seen: server.seen };
}

/** The sections of what was shown, the fields first. */
async function show(changes: Partial<ApprovalView> = {}): Promise<readonly string[]> {
  const { exitCode, stdout } = await run(buildApproval(changes), ["show", "ivn_1"]);
  expect(exitCode).toBe(0);
  return stdout.split("\n\n");
}

const cellsOf = (table = "") => table.split("\n").map((line) => line.split(/ {2,}/));

describe("runCli(approvals show)", () => {
  test("runCli(approvals show) says what is asked, by whom, why, and what comes of a yes, a no and silence", async () => {
    const [fields, ...tables] = await show();
    for (const line of [
      /^Action: +billing\.issue_refund \(Issue a refund\)$/m,
      /^Asked by: +demo-agent via gateway$/m,
      /^Why: +Money leaves$/m,
      /^Input: +\{"amountCents":5\}$/m,
      /^Votes: +1 of 2 to approve, 0 of 1 to reject$/m,
      /^On yes: +The call runs as soon as one more person approves$/m,
      /^On no: +The call is rejected$/m,
      /^On silence: +2026-01-01T04:00:00\.000Z: The approval expires$/m,
    ]) {
      expect(fields).toMatch(line);
    }
    expect(fields).not.toMatch(/^(Asked again|May be changed|Last time|Reason asked|Stage|Resolved):/m);
    expect(tables).toEqual([]);
  });

  test("runCli(approvals show) says until when an approved call may begin", async () => {
    const onReject = { says: "The call is rejected" };
    const outlook = { onApprove: { says: "The call runs", at: LATER }, onReject, onSilence: { says: "Nothing" } };
    const [fields] = await show({ outlook });
    expect(fields).toMatch(/^On yes: +The call runs \(at the latest 2026-01-02T00:00:00\.000Z\)$/m);
    expect(fields).toMatch(/^On silence: +Nothing$/m);
  });

  test("runCli(approvals show) says what was decided last time, and what is different now", async () => {
    const previous = { id: "ivn_0", status: "approved" as const, openedAt: AT, resolvedAt: SOON, by: ["ben", "cy"] };
    const changes = [
      { pointer: "/amountCents", from: 4, to: 5 },
      { pointer: "/cc", to: "z" },
    ];
    const [fields, table] = await show({ previous: { ...previous, reason: "Fine", changes } });
    expect(fields).toMatch(/^Last time: +approved at 2026-01-01T04:00:00\.000Z by ben, cy: Fine \(ivn_0\)$/m);
    expect(cellsOf(table)).toEqual([
      ["CHANGED", "LAST TIME", "NOW"],
      ["/amountCents", "4", "5"],
      ["/cc", "z"],
    ]);
    const open = { id: "ivn_0", status: "pending" as const, openedAt: AT, by: [], changes: [] };
    expect((await show({ previous: open }))[0]).toMatch(
      /^Last time: +pending asked at \S+ \(ivn_0; the same input\)$/m,
    );
  });

  test("runCli(approvals show) says why people are asked again, and what each round changed", async () => {
    const revision = { round: 2, author: "ben", at: AT, digest: "d" };
    const changes = [{ pointer: "", from: 1, to: 2 }];
    const revisions = [
      { ...revision, changes },
      { ...revision, round: 3, changes: [] },
    ];
    const [fields, table] = await show({ round: 3, because: "Policy has changed", revisions, editable: ["/a", "/b"] });
    expect(fields).toMatch(/^Asked again: +round 3: Policy has changed$/m);
    expect(fields).toMatch(/^May be changed: +\/a, \/b$/m);
    expect(cellsOf(table)).toEqual([
      ["ROUND", "BY", "AT", "CHANGED", "FROM", "TO"],
      ["2", "ben", AT, "everything", "1", "2"],
      ["3", "ben", AT, "nothing"],
    ]);
  });

  test("runCli(approvals show) lists stages with their clocks, and votes", async () => {
    const escalations = [
      { at: AT, to: ["role:lead"], notify: ["user:cfo"], done: true },
      { at: SOON, to: [], notify: ["user:ceo"], done: false },
      { to: ["role:board"], notify: [], done: false },
    ];
    const never = escalations.slice(2);
    const stages = [
      { ...STAGE, name: "finance", remindAt: SOON, escalations },
      { ...STAGE, status: "waiting" as const, escalations: never },
      { ...STAGE, status: "approved" as const, escalations: never },
    ];
    const vote = {
      id: "vote_1",
      voter: "ben",
      stage: 0,
      at: AT,
      decision: "approve" as const,
      state: "counted" as const,
    };
    const grant = { uses: 2, expiresInMs: 1, scope: "actor" as const, bounds: {} };
    const votes = [
      { ...vote, reason: "Fine" },
      { ...vote, edit: ["/a"], state: "refused" as const, code: "forbidden" },
      { ...vote, grant },
    ];
    const [fields, stageTable, voteTable] = await show({ stages, votes });
    expect(fields).toMatch(/^Stage: +1 of 3, finance$/m);
    expect(cellsOf(stageTable)[1]).toEqual([
      ...["1 finance", "open", "group:finance", "1 of 2", "0 of 1", SOON, SOON],
      `done to role:lead telling user:cfo; ${SOON} telling user:ceo; not done to role:board`,
    ]);
    const shown = cellsOf(stageTable).map((cells) => cells.at(-1));
    expect(shown.slice(2)).toEqual(["later to role:board", "not done to role:board"]);
    expect(cellsOf(voteTable)).toEqual([
      ["VOTED AT", "BY", "STAGE", "VOTE", "STATE", "REASON"],
      [AT, "ben", "1", "approve", "counted", "Fine"],
      [AT, "ben", "1", "approve, changing /a", "refused (forbidden)"],
      [AT, "ben", "1", "approve, granting 2 more", "counted"],
    ]);
  });

  test.each<[Partial<ApprovalView>, string]>([
    [{ requireReason: true }, "with every vote"],
    [{ requireReason: "on_reject", reasonPattern: "^A" }, "with a rejection in the form ^A"],
    [{ reasonPattern: "^A" }, "if one is given, in the form ^A"],
    [{ requireReason: true, reasonPattern: ["^A", "b$"] }, "with every vote in the form ^A and b$"],
  ])("runCli(approvals show) of %j asks for a reason %s", async (changes, text) => {
    expect((await show(changes))[0]).toContain(`Reason asked: ${text}\n`);
  });

  test("runCli(approvals show) says how it ended", async () => {
    const resolution = {
      status: "expired" as const,
      at: LATER,
      by: [],
      digest: "d",
      actionVersion: "v",
      policyVersion: "1",
    };
    const { outlook: _outlook, ...over } = buildApproval({
      status: "expired",
      resolution,
      stages: [{ ...STAGE, name: "f" }],
    });
    const { stdout } = await run(over, ["show", "ivn_1"]);
    expect(stdout).toMatch(/^Resolved: +expired at 2026-01-02T00:00:00\.000Z by the clock$/m);
    expect(stdout).toMatch(/^Stage: +f$/m);
    expect(stdout).not.toMatch(/^On (yes|no|silence):/m);
  });

  test("runCli(approvals show) never lets a caller's text move the cursor", async () => {
    const hostile = "a\u001b[2Kb";
    const previous = {
      id: "i",
      status: "approved" as const,
      openedAt: AT,
      by: [],
      changes: [{ pointer: `/${hostile}`, from: hostile }],
    };
    const sections = await show({ reason: hostile, previous });
    expect(sections.join("")).not.toMatch(/\u001b/);
  });
});

test("runCli(approvals list) shows the open stage's votes and limit", async () => {
  const stages = [
    { ...STAGE, decideBy: AT },
    { ...STAGE, decideBy: SOON },
  ];
  const { stage: _stage, ...simple } = buildApproval({ id: "ivn_2" });
  const body = { items: [buildApproval({ stages, stage: 1 }), { ...simple, stage: 0, stages: [] }] };
  const { stdout, seen } = await run(body, ["list", "--mine"]);
  expect(seen[0]?.url).toBe("/v1/approvals?eligible=me");
  expect(cellsOf(stdout).map((cells) => cells.slice(-2))).toEqual([
    ["VOTES", "DECIDE BY"],
    ["1 of 2, stage 2 of 2", SOON],
    ["1 of 2", LATER],
  ]);
});

describe("runCli(approvals stats)", () => {
  const counts = { questions: 14, pending: 1, approved: 10, rejected: 0, expired: 1, canceled: 0, superseded: 2 };
  const rule = { rule: "refunds", ...counts, questionsPer100Calls: 40, alwaysApproved: true };
  const { rule: _rule, ...unnamed } = { ...rule, alwaysApproved: false };
  const stats: ApprovalStats = {
    ...{ createdAfter: AT, createdBefore: LATER, calls: 30, ...counts, questionsPer100Calls: 40 },
    timeToAnswerMs: { p50: 900, p90: 5_400_000 },
    rules: [{ ...rule, timeToAnswerMs: { p50: 90_000, p90: 259_200_000 } }, unnamed],
  };

  test("runCli(approvals stats) sends its bounds and shows a table, rule by rule", async () => {
    const args = ["stats", "--action", "a.b", "--created-after", AT, "--created-before", LATER];
    const { exitCode, stdout, seen } = await run(stats, args);
    expect(exitCode).toBe(0);
    const query = new URLSearchParams({ action: "a.b", createdAfter: AT, createdBefore: LATER });
    expect(seen[0]?.url).toBe(`/v1/approvals/stats?${query.toString()}`);
    const [fields, table] = stdout.split("\n\n");
    expect(fields).toMatch(/^Requests: +14, 40 per 100 calls$/m);
    expect(fields).toMatch(/^Answered: +10 yes, 0 no$/m);
    expect(fields).toMatch(/^Unanswered: +1 expired, 0 canceled, 2 superseded, 1 open$/m);
    expect(fields).toMatch(/^Time to answer: +half within 900 ms, nine of ten within 1\.5 h$/m);
    expect(cellsOf(table)).toEqual([
      [
        "RULE",
        "ASKED",
        "PER 100 CALLS",
        "YES",
        "NO",
        "EXPIRED",
        "CANCELED",
        "SUPERSEDED",
        "OPEN",
        "P50",
        "P90",
        "REMARK",
      ],
      ["refunds", "14", "40", "10", "0", "1", "0", "2", "1", "1.5 m", "3 d", "always yes"],
      ["(the default)", "14", "40", "10", "0", "1", "0", "2", "1"],
    ]);
  });

  test("runCli(approvals stats) draws the table on a screen, and none without rules", async () => {
    const drawn = await run(stats, ["stats"], true);
    expect(stripVTControlCharacters(drawn.stdout)).toMatch(/│ refunds .*│ always yes │/);
    const { timeToAnswerMs: _time, ...nothing } = { ...stats, rules: [] };
    const { stdout, stderr } = await run(nothing, ["stats"]);
    expect({ stderr, hasTime: stdout.includes("Time to answer") }).toEqual({ stderr: "", hasTime: false });
  });
});
