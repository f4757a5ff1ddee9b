import type { CompensateRequest, CompensationView, RunCompensation } from "../contract/compensation.ts";
import type { InvocationRef } from "../contract/ids.ts";
import { DEFAULT_WAIT_MS } from "../contract/limits.ts";
import { computeCompensationMac } from "../core/compensation-mac.ts";
import { judgeUndoing } from "../core/compensation.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { findJsonFault } from "../core/json-guard.ts";
import { standsIn } from "../core/succession.ts";
import type { UndoableCall } from "../store/compensations.ts";
import type { RunRef, RunRow } from "../store/runs.ts";
import type { GatewayContext } from "./context.ts";
import type { Caller } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";
import { notFound, viewRows } from "./read-invocations.ts";
import { refOf, viewRun } from "./runs.ts";

/** Behind the news of a step stands a look at the rows, as often as this. */
const LOOK_MS = 500;

/** How long a caller is asked to stay away while Temporal is. Our choice: a restart takes a few seconds. */
const RETRY_AFTER_MS = 2_000;

/** Which run is undone, why, and how long its caller waits. */
interface CompensateCommand extends CompensateRequest {
  readonly id: string;
}

/** Begins to undo the executed calls of a run, or goes on with it, and waits for its end as the caller asked. */
export async function compensateRun(
  context: GatewayContext,
  caller: Caller,
  { id, actor = caller.principal.subject, reason, waitMs }: CompensateCommand,
): Promise<CompensationView> {
  await assertPermission(context, caller, "invoke");
  if (actor !== caller.principal.subject) await assertPermission(context, caller, "admin");
  const fault = findJsonFault({ reason: reason ?? "" });
  if (fault !== undefined) throw new CountersignError("invalid_input", `The reason ${fault.message}`);
  const ref = refOf(caller, id, actor);
  const asked = await ask(context, caller, {
    ref,
    reason: reason === undefined ? undefined : String(context.redact(reason)),
  });
  const { call, status: before } = await look(context, ref, asked.request);
  if (call !== undefined && before === "running") await start(context, asked.request, call);
  const status = await waitForEnd(context, asked, waitMs);
  const { steps, left, skipped } = await context.store.compensations.survey(ref, asked.request.askedSeq);
  const views = await viewRows(context, steps, { replayed: false });
  return { run: viewRun(asked.run), status, steps: views, left, skipped: [...skipped] };
}

/** A request that is on record. */
interface Asked {
  readonly run: RunRow;
  readonly request: RunCompensation;
}

/**
 * Records and signs the request. Its place in the record tells the steps that ended before, which are tried anew. Why it was asked stands
 * with the steps, whose content is erased one day, and not in this event.
 */
function ask(
  context: GatewayContext,
  caller: Caller,
  { ref, reason }: { readonly ref: RunRef; readonly reason: string | undefined },
): Promise<Asked> {
  const { tenant, actor, id } = ref;
  const by = caller.principal.subject;
  const traceParent = context.tracing?.traceParent();
  const why = reason === undefined ? {} : { reason };
  return context.store.transaction(async (tx) => {
    const run = await tx.runs.lock(ref);
    if (run === undefined) throw notFound();
    await tx.audit.append(tenant, [{ type: "run.compensated", principal: by, actor, data: { run: id } }]);
    const askedSeq = await tx.compensations.newestSeq(tenant);
    const trace = traceParent === undefined ? {} : { traceParent };
    const unsigned = { tenant, actor, run: id, by, askedSeq, ...why, ...trace };
    return { run, request: { ...unsigned, mac: computeCompensationMac(context.signingKey, unsigned) } };
  });
}

/** @throws unavailable when Temporal can't be reached: then nothing goes on until somebody asks again */
async function start(context: GatewayContext, request: RunCompensation, call: UndoableCall): Promise<void> {
  const manifest = await context.store.manifests.get(call.undo_action);
  if (manifest === undefined) throw new CountersignError("action_not_found", "No action undoes the run's last call");
  await context.runs.compensate(request, manifest.taskQueue).catch((cause: unknown) => {
    context.log("warn", "Could not begin to undo a run", { error: cause });
    const message = "The durable side can't be reached, so the run is not being undone yet";
    throw new CountersignError("unavailable", message, { cause, retryAfterMs: RETRY_AFTER_MS });
  });
}

/** Where the undoing of a run is, and the call whose turn it is. */
interface Place {
  readonly call: UndoableCall | undefined;
  readonly status: CompensationView["status"];
}

async function look(
  { store: { compensations } }: GatewayContext,
  run: RunRef,
  { askedSeq }: RunCompensation,
): Promise<Place> {
  const call = await compensations.findNext(run);
  if (await compensations.hasOpen(run, askedSeq)) return { call, status: "stopped" };
  return { call, status: stateOf(call, askedSeq) };
}

function stateOf(call: UndoableCall | undefined, askedSeq: number): CompensationView["status"] {
  if (call === undefined) return "done";
  const { undo_status: status, undo_closed_seq: closedSeq } = call;
  const next = judgeUndoing(status === null ? undefined : { status, closedSeq }, askedSeq);
  return next === "stopped" ? "stopped" : "running";
}

/** Waits while it goes on; without an explicit wait, only until a step waits for people. */
async function waitForEnd(
  context: GatewayContext,
  { run: { tenant, actor, id }, request }: Asked,
  waitMs: number | undefined,
): Promise<CompensationView["status"]> {
  const deadlineMs = performance.now() + (waitMs ?? DEFAULT_WAIT_MS);
  for (;;) {
    const { call, status: state } = await look(context, { tenant, actor, id }, request);
    const leftMs = deadlineMs - performance.now();
    const isAnswer = state !== "running" || (waitMs === undefined && call?.undo_status === "pending");
    if (call === undefined || isAnswer || leftMs <= 0 || context.waiter.isDraining) return state;
    await context.waiter.wait({
      ...{ ref: watchedIn(call, tenant), about: "status", timeoutMs: Math.min(leftMs, LOOK_MS) },
      ...{ skipFirstLook: true, isLongPoll: true, look: () => Promise.resolve(true) },
    });
  }
}

/** Whose news tells that it went on: the step that is on its way, or else the call, of which its next step is told as news. */
function watchedIn({ id, undo_id: undoId, undo_status: status }: UndoableCall, tenant: string): InvocationRef {
  return { tenant, id: undoId !== null && status !== null && standsIn(status) ? undoId : id };
}
