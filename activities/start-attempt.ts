import { randomUUID } from "node:crypto";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { Action, ActionContext } from "../src/action/action.ts";
import type { AuditEntry } from "../src/store/audit.ts";
import type { InvocationChange, LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { eventOf } from "./close-row.ts";

/** An attempt that stands in the ledger and may run now. */
export interface BegunAttempt {
  readonly kind: "run";
  readonly ref: InvocationRef;
  readonly row: LockedInvocation;
  readonly action: Action;
  readonly attempt: number;
  /** Only its holder may record the outcome. */
  readonly token: string;
  /** Attempts before this one that reported an error. */
  readonly erredBefore: number;
  readonly approval: ActionContext["approval"];
}

/** What an attempt is started with. */
export interface AttemptStart {
  readonly row: LockedInvocation;
  readonly action: Action;
  /** Names this worker in the ledger. */
  readonly identity: string;
  /** Columns that the same statement changes besides. */
  readonly change?: InvocationChange;
  /** Events that the same transaction records before the start. */
  readonly events?: readonly AuditEntry[];
  readonly erredBefore?: number;
  readonly approval?: ActionContext["approval"];
}

/** Writes the next attempt into the ledger, before anything happens. */
export async function startAttempt(tx: TransactionTables, start: AttemptStart): Promise<BegunAttempt> {
  const { row, action, identity, events = [], erredBefore = 0, approval } = start;
  const ref: InvocationRef = { tenant: row.tenant, id: row.id };
  const attempt = row.attempts + 1;
  const token = randomUUID();
  const { mode } = action.execution;
  await tx.executions.start({ ref, attempt, round: row.round, token, mode, digest: row.digest, worker: identity });
  await tx.invocations.update(ref, { ...start.change, status: "executing", attempts: attempt });
  const started = eventOf(row, "execution.started", { attempt, mode, round: row.round, digest: row.digest });
  await tx.audit.append(row.tenant, [...events, started]);
  return { kind: "run", ref, row: { ...row, status: "executing" }, action, attempt, token, erredBefore, approval };
}
