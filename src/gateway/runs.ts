import { randomUUID } from "node:crypto";
import type { RunTotals, RunView } from "../contract/guards.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { fromMicros } from "../core/guards/amounts.ts";
import { findJsonFault } from "../core/json-guard.ts";
import type { NewRun, RunRef, RunRow, RunTally } from "../store/runs.ts";
import type { TransactionTables } from "../store/store.ts";
import { findActor } from "./find-actor.ts";
import type { Caller, EndRunCommand, Gateway, StartedRun, StartRunCommand } from "./gateway.ts";
import { assertPermission, permits } from "./permissions.ts";
import type { GatewayPorts } from "./ports.ts";
import { notFound } from "./read-invocations.ts";
import { toWireTime } from "./views.ts";

/** The methods about runs. */
export function createRunMethods(ports: GatewayPorts): Pick<Gateway, "startRun" | "endRun" | "listRuns" | "getRun"> {
  return {
    async startRun(caller, command) {
      await assertPermission(ports, caller, "invoke");
      checkTexts(command);
      const { tenant, subject: actor } = await findActor(ports, caller, command.onBehalfOf);
      const user = command.user === undefined ? undefined : String(ports.redact(command.user));
      const run = { tenant, actor, id: command.id ?? `run-${randomUUID()}`, user, parent: command.parent };
      return ports.store.transaction((tx) => start(tx, caller, run));
    },

    async endRun(caller, command) {
      await assertPermission(ports, caller, "invoke");
      const { subject } = await findActor(ports, caller, command.onBehalfOf);
      const ref = refOf(caller, command.id, subject);
      return ports.store.transaction((tx) => end(tx, { caller, ref, outcome: command.outcome }));
    },

    async listRuns(caller, filter) {
      await assertPermission(ports, caller, "read");
      const { tenant, subject } = caller.principal;
      const ownedBy = permits(caller, "audit") ? undefined : subject;
      const page = await ports.store.runs.list({ tenant, filter, ownedBy });
      return { ...page, items: page.items.map((row) => viewRun(row)) };
    },

    async getRun(caller, id, actor = caller.principal.subject) {
      await assertPermission(ports, caller, "read");
      const ref = refOf(caller, id, actor);
      if (actor !== caller.principal.subject && !permits(caller, "audit")) throw notFound();
      const row = await ports.store.runs.get(ref);
      if (row === undefined) throw notFound();
      return viewRun(row, totalsOf(await ports.store.runs.tally(ref)));
    },
  };
}

/** A URL has to name it later, so its id is no step in a tree; and nothing is a part of itself. */
function checkTexts({ id, user, parent }: StartRunCommand): void {
  const fault = findJsonFault({ id: id ?? "", user: user ?? "", parent: parent ?? "" });
  if (fault !== undefined)
    throw new CountersignError("invalid_input", `The request at ${fault.pointer} ${fault.message}`);
  if (id === "." || id === "..") throw new CountersignError("invalid_request", "A run's id must not be . or ..");
  if (id !== undefined && id === parent) throw new CountersignError("invalid_request", "A run can't be its own parent");
}

/** The run of this id of the actor, in the caller's tenant. @throws not_found for texts that no run can have */
export function refOf(caller: Caller, id: string, actor: string): RunRef {
  if (findJsonFault([id, actor]) !== undefined) throw notFound();
  return { tenant: caller.principal.tenant, actor, id };
}

async function start(tx: TransactionTables, caller: Caller, run: NewRun): Promise<StartedRun> {
  const added = await tx.runs.insert(run);
  const row = added ?? (await tx.runs.lock(run));
  if (row === undefined) throw new CountersignError("internal", "The run was not written");
  if (row.status !== "open") throw ended(row);
  const isNew = added !== undefined;
  if (!isNew && row.user_label !== null) {
    if (row.user_label === (run.user ?? "") && row.parent === (run.parent ?? null)) return { run: viewRun(row), isNew };
    throw new CountersignError("idempotency_conflict", "The run was started with another user or parent");
  }
  if (!isNew) await tx.runs.describe(run);
  const data = { run: run.id, user: run.user, parent: run.parent };
  await tx.audit.append(run.tenant, [
    { type: "run.started", principal: caller.principal.subject, actor: run.actor, data },
  ]);
  return { run: viewRun({ ...row, user_label: run.user ?? "", parent: run.parent ?? null }), isNew };
}

interface Ending {
  readonly caller: Caller;
  readonly ref: RunRef;
  readonly outcome: EndRunCommand["outcome"];
}

async function end(tx: TransactionTables, { caller, ref, outcome }: Ending): Promise<RunView> {
  const row = await tx.runs.lock(ref);
  if (row === undefined) throw notFound();
  if (row.status !== "open" && row.status !== outcome) throw ended(row);
  const totals = totalsOf(await tx.runs.tally(ref));
  const now = await tx.runs.end(ref, outcome);
  if (now === undefined) return viewRun(row, totals);
  await tx.audit.append(ref.tenant, [
    {
      type: "run.ended",
      principal: caller.principal.subject,
      actor: ref.actor,
      data: { run: ref.id, outcome, totals },
    },
  ]);
  return viewRun(now, totals);
}

function ended(row: RunRow): CountersignError {
  return new CountersignError("already_final", "The run has ended already", { details: { outcome: row.status } });
}

/** A run as it is shown. Absent is a missing key on the wire. */
export function viewRun(row: RunRow, totals?: RunTotals): RunView {
  const { id, tenant, actor, user_label: user, parent, status } = row;
  return {
    ...{ id, tenant, actor, status },
    ...(user === null || user === "" ? {} : { user }),
    ...(parent === null ? {} : { parent }),
    startedAt: toWireTime(row.started_at),
    ...(row.ended_at === null ? {} : { endedAt: toWireTime(row.ended_at) }),
    ...(totals === undefined ? {} : { totals }),
  };
}

/** Adds up what the store counted by status and code. */
function totalsOf(tallies: readonly RunTally[]): RunTotals {
  const byStatus: Record<string, number> = {};
  const refusals: Record<string, number> = {};
  for (const { status, code, guard, calls } of tallies) {
    byStatus[status] = (byStatus[status] ?? 0) + calls;
    // A schema's refusal, which asks no guard, tells itself by its code; a policy's denial is no refusal.
    const refused = guard ?? (code === "invalid_input" ? "schema" : undefined);
    if (refused !== undefined) refusals[refused] = (refusals[refused] ?? 0) + calls;
  }
  const sum = (amount: (tally: RunTally) => number) => tallies.reduce((total, tally) => total + amount(tally), 0);
  const spent = {
    usd: fromMicros(sum((tally) => tally.usd)),
    tokens: fromMicros(sum((tally) => tally.tokens)),
    units: fromMicros(sum((tally) => tally.units)),
  };
  return { calls: sum((tally) => tally.calls), byStatus, refusals, spent };
}
