import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { vi } from "vitest";
import { ActionRejected } from "../../src/action/action-rejected.ts";
import { defineAction } from "../../src/action/define-action.ts";
import type { InvocationStatus, InvocationView } from "../../src/contract/invocation.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { computeProbeMac } from "../../src/core/probe-mac.ts";
import { compensationIdOf } from "../../src/core/run-opening.ts";
import { castVote, PROBE_OUTCOME } from "../../workflows/messages.ts";
import { closedHistory, handleOf, startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";
import { effects, note, testActions } from "../workflows/actions.ts";
import { APPROVAL_ACTIONS, APPROVAL_PATHS, APPROVAL_POLICY } from "./approval-paths.ts";

/** Where the recorded histories are, one file per path. */
export const HISTORIES = new URL("histories/", import.meta.url);

const actions = [
  ...testActions,
  ...APPROVAL_ACTIONS,
  defineAction({ ...note, name: "test.careful_note", execution: { mode: "at_most_once" } }),
  defineAction({ ...note, name: "test.asked_inline", execution: { mode: "inline" } }),
  defineAction({
    ...{ ...note, name: "test.undoable" },
    compensate: ({ text }) => {
      if (text === "for good") throw new ActionRejected("It stays");
    },
  }),
];

const POLICY = `
version: 1
rules:
  - name: somebody has to look
    match: { action: "test.asked_*" }
    effect: require_approval
    approval: { approvers: ["group:reviewers", "user:boss"], decide_by: 1h, execute_by: 1h }
  - name: nobody may be mean
    match: { roles: [mean] }
    effect: deny
  - name: the rest
    match: { action: "test.*" }
    effect: allow
    priority: 200
`;

/** Every test action waits for boss, and not for long. */
const SHORT_POLICY = `
version: 1
rules:
  - name: short
    match: { action: "test.*" }
    effect: require_approval
    approval: { approvers: ["user:boss"], decide_by: 3s }
`;

/** Who takes part in a path. */
export interface Cast {
  readonly guard: TestGuard;
  readonly agent: Caller;
  readonly boss: Caller;
}

/** How one path ends, and what walks it and gives the call, closed. */
export type Path = readonly [
  end: InvocationStatus,
  walk: (cast: Cast) => Promise<InvocationView>,
  /** Whose history is recorded: that of the call's run unless given. */
  read?: (cast: Cast, view: InvocationView) => Promise<History>,
];

type History = Awaited<ReturnType<typeof closedHistory>>["history"];

/** Every path that a run can take, by the name of its file. */
const USUAL_PATHS: Readonly<Record<string, Path>> = {
  allowed: ["executed", (cast) => call(cast, "test.note")],
  "allowed-at-most-once": ["executed", (cast) => call(cast, "test.careful_note")],
  inline: ["executed", (cast) => call(cast, "test.inline_note")],
  denied: ["denied", ({ guard }) => callAsMean(guard)],
  "refused-input": ["denied", (cast) => call(cast, "test.note", { text: "refined away" })],
  approved: ["executed", async (cast) => vote(cast, await ask(cast), "approve")],
  "approved-inline": ["executed", async (cast) => vote(cast, await ask(cast, "test.asked_inline"), "approve")],
  rejected: ["rejected", async (cast) => vote(cast, await ask(cast), "reject")],
  "canceled-pending": ["canceled", async (cast) => cancel(cast, await ask(cast))],
  "canceled-in-temporal": ["canceled", cancelInTemporal],
  "canceled-executing": ["failed", cancelExecuting],
  failed: ["failed", (cast) => call(cast, "test.refusing")],
  "failed-after-attempts": ["failed", (cast) => call(cast, "test.failing")],
  uncertain: ["uncertain", (cast) => call(cast, "test.doubtful")],
  "uncertain-in-silence": ["uncertain", (cast) => call(cast, "test.deaf")],
  retried: ["executed", (cast) => call(cast, "test.flaky")],
  verifiable: ["executed", (cast) => call(cast, "test.traced")],
  "probe-asked": ["uncertain", (cast) => call(cast, "test.doubtful"), askProbe],
  compensated: ["executed", (cast) => compensate(cast, "first", "second"), readCompensation],
  "compensation-stopped": ["executed", (cast) => compensate(cast, "first", "for good"), readCompensation],
  "raw-signal": ["executed", signalRaw],
  "two-votes": ["executed", voteTwice],
  "vote-without-worker": ["executed", voteWithoutWorker],
};

/** Paths with a deadline that passes. */
const SHORT_PATHS: Readonly<Record<string, Path>> = {
  expired: ["expired", (cast) => call(cast, "test.note")],
  "expired-without-worker": ["expired", expireWithoutWorker],
  "vote-judged-after-deadline": ["executed", voteJudgedLate],
};

/** Names of all paths, as their files are named. */
export const PATHS: readonly string[] = [USUAL_PATHS, SHORT_PATHS, APPROVAL_PATHS].flatMap(Object.keys).toSorted();

/** Names of the paths that have a history. */
export function listRecorded(): string[] {
  return readdirSync(HISTORIES)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length));
}

/**
 * Walks paths against the real server and writes their histories: those that have none yet, or `all` of them anew.
 * Anew only while no run of the old code can be open anywhere: what was recorded is what must still replay.
 */
export async function recordHistories({ all }: { readonly all: boolean }): Promise<void> {
  const recorded = new Set(all ? [] : listRecorded());
  const missing = (paths: Readonly<Record<string, Path>>) =>
    Object.entries(paths).filter(([name]) => !recorded.has(name));
  await recordPaths(missing(USUAL_PATHS), POLICY);
  await recordPaths(missing(SHORT_PATHS), SHORT_POLICY);
  await recordPaths(missing(APPROVAL_PATHS), APPROVAL_POLICY);
}

async function recordPaths(paths: readonly (readonly [name: string, Path])[], policy: string): Promise<void> {
  if (paths.length === 0) return;
  const guard = await startGuard(actions, policy);
  const agent = await guard.caller({ subject: "agent", kind: "agent" });
  const boss = await guard.caller({ subject: "boss", permissions: ["approve", "read"] });
  for (const [name, [end, walk, read = readClosed]] of paths) {
    const view = await walk({ guard, agent, boss });
    if (view.status !== end) throw new Error(`The path ${name} ended ${view.status}`);
    const history = await read({ guard, agent, boss }, view);
    const text = JSON.stringify(scrub(JSON.parse(historyToJSON(history))), null, 1);
    await writeFile(new URL(`${name}.json`, HISTORIES), `${text}\n`);
  }
  await guard.close();
}

/** What would name the machine that recorded: its processes, queues named after them, and paths in stack traces. */
function scrub(value: unknown): unknown {
  const process = `${globalThis.process.pid}@${hostname()}`;
  if (typeof value === "string") return value.replaceAll(process, "worker").replaceAll(hostname(), "host");
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, name === "stackTrace" ? "" : scrub(inner)]);
  return Object.fromEntries(entries) as unknown;
}

async function readClosed({ guard }: Cast, view: InvocationView): Promise<History> {
  return (await closedHistory(guard, view)).history;
}

/** Asks about an uncertain call, as a door does; its action has no probe, so nothing is known afterwards. */
async function askProbe({ guard }: Cast, { tenant, id, action }: InvocationView): Promise<History> {
  const request = { tenant, invocation: id, by: "admin", note: "Looked" };
  const mac = computeProbeMac(guard.ports.signingKey, request);
  const { taskQueue = "" } = (await guard.store.manifests.get(action)) ?? {};
  const workflowId = `probe:${tenant}:${id}:recorded`;
  const args = [{ ...request, action, timeoutMs: 1_000, mac }];
  const run = await guard.client.workflow.start(PROBE_OUTCOME, { workflowId, taskQueue, args });
  await run.result();
  return run.fetchHistory();
}

/** Calls one after the other in a run of their own, and has them undone. */
async function compensate({ guard, agent }: Cast, ...texts: readonly [string, string]): Promise<InvocationView> {
  const run = texts.join(", then ");
  const call = { action: "test.undoable", run, waitMs: 15_000 };
  const view = await guard.gateway.invoke(agent, { ...call, input: { text: texts[0] } });
  await guard.gateway.invoke(agent, { ...call, input: { text: texts[1] } });
  await guard.gateway.compensateRun(agent, run, { reason: "Wrong plan", waitMs: 15_000 });
  return view;
}

async function readCompensation({ guard }: Cast, { tenant, actor, run = "" }: InvocationView): Promise<History> {
  const handle = guard.client.workflow.getHandle(compensationIdOf({ tenant, actor, run }));
  await handle.result();
  return handle.fetchHistory();
}

function call({ guard, agent }: Cast, action: string, input: Record<string, unknown> = {}): Promise<InvocationView> {
  return guard.gateway.invoke(agent, { action, input, waitMs: 15_000 });
}

function ask({ guard, agent }: Cast, action = "test.asked_note"): Promise<InvocationView> {
  return guard.gateway.invoke(agent, { action, input: { text: "please" }, run: "run-7" });
}

async function callAsMean(guard: TestGuard): Promise<InvocationView> {
  const mean = await guard.caller({ subject: "mean", roles: ["mean"] });
  return guard.gateway.invoke(mean, { action: "test.note", input: {} });
}

async function vote({ guard, boss }: Cast, view: InvocationView, decision: "approve" | "reject") {
  await guard.gateway.vote(boss, view.id, { decision, reason: "Looked at it" });
  return waitForStatus(guard, view.id, "executed", "rejected");
}

async function cancel({ guard, agent }: Cast, view: InvocationView): Promise<InvocationView> {
  return (await guard.gateway.cancel(agent, view.id, "Changed my mind")).invocation;
}

async function cancelInTemporal(cast: Cast): Promise<InvocationView> {
  const view = await ask(cast);
  await handleOf(cast.guard, view).cancel();
  return waitForStatus(cast.guard, view.id, "canceled");
}

async function cancelExecuting(cast: Cast): Promise<InvocationView> {
  const { guard, agent } = cast;
  const view = await guard.gateway.invoke(agent, { action: "test.patient", input: {}, waitMs: 0 });
  await vi.waitFor(() => {
    if (!effects.has(view.id)) throw new Error("The action has not begun");
  });
  await guard.gateway.cancel(agent, view.id);
  return waitForStatus(guard, view.id, "failed", "uncertain");
}

async function signalRaw(cast: Cast): Promise<InvocationView> {
  const view = await ask(cast);
  await handleOf(cast.guard, view).signal(castVote, "vote_approve_please");
  await handleOf(cast.guard, view).signal("castVote", { decision: "approve" });
  await handleOf(cast.guard, view).signal("noSuchSignal", 1);
  return vote(cast, view, "approve");
}

async function voteTwice(cast: Cast): Promise<InvocationView> {
  const { guard } = cast;
  const reviewer = await guard.caller({ subject: "reviewer", groups: ["reviewers"], permissions: ["approve"] });
  const view = await ask(cast);
  const approval = guard.gateway.vote(reviewer, view.id, { decision: "approve" });
  const rejection = guard.gateway.vote(cast.boss, view.id, { decision: "reject" });
  await Promise.allSettled([approval, rejection]);
  return waitForStatus(guard, view.id, "executed", "rejected");
}

async function voteWithoutWorker(cast: Cast): Promise<InvocationView> {
  const view = await ask(cast);
  await cast.guard.stopWorker();
  await cast.guard.gateway.vote(cast.boss, view.id, { decision: "approve" });
  await cast.guard.startWorker();
  return waitForStatus(cast.guard, view.id, "executed");
}

async function expireWithoutWorker({ guard, agent }: Cast): Promise<InvocationView> {
  const view = await guard.gateway.invoke(agent, { action: "test.note", input: {} });
  await guard.stopWorker();
  await guard.store.db.query("select pg_sleep(3.2)");
  await guard.startWorker();
  return waitForStatus(guard, view.id, "expired");
}

async function voteJudgedLate({ guard, agent, boss }: Cast): Promise<InvocationView> {
  const view = await guard.gateway.invoke(agent, { action: "test.note", input: {} });
  await guard.stopWorker();
  // The vote's caller waits three seconds for a judgement that no worker makes: by then the deadline has passed.
  await guard.gateway.vote(boss, view.id, { decision: "approve" });
  await guard.startWorker();
  return waitForStatus(guard, view.id, "executed");
}
