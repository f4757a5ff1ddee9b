import type { InvocationRef } from "../src/contract/ids.ts";
import type { Action, ActionContext } from "../src/action/action.ts";
import type { ExecutionOptions } from "../src/contract/manifest.ts";
import type { AuditEntry } from "../src/store/audit.ts";
import type { InvocationChange, LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { eventOf } from "./event-of.ts";
import { executionOf } from "./steps.ts";

/** An attempt that stands in the ledger and may run now. */
export interface BegunAttempt {
  readonly kind: "run";
  readonly ref: InvocationRef;
  readonly row: LockedInvocation;
  readonly action: Action;
  /** The action's, within what limits the call. */
  readonly execution: ExecutionOptions;
  readonly attempt: number;
  /** Only its holder may record the outcome. */
  readonly token: string;
  /** Attempts before this one that reported an error. */
  readonly erredBefore: number;
  readonly approval: ActionContext["approval"];
  /** Database time when it began, epoch milliseconds. */
  readonly beganAtMs: number;
  /** Milliseconds of all attempts' time that were left when it began. */
  readonly leftMs: number;
}

/** How long a breaker's probe is left to an attempt beyond its own time: to be begun, run and recorded. Our choice. */
const PROBE_MARGIN_MS = 60_000;

/** Milliseconds after which a probe whose attempt was never heard of again is free for another. */
export function probeLeaseMs({ attemptTimeoutMs }: Pick<ExecutionOptions, "attemptTimeoutMs">): number {
  return attemptTimeoutMs + PROBE_MARGIN_MS;
}

/** What an attempt is started with. */
export interface AttemptStart {
  readonly row: LockedInvocation;
  readonly action: Action;
  /** Its times and counts, within what limits the call; as the row says unless given. */
  readonly execution?: ExecutionOptions;
  /** Names this worker in the ledger. */
  readonly identity: string;
  /** Random; taken before, since a breaker's probe goes by it. */
  readonly token: string;
  /** Columns that the same statement changes besides. */
  readonly change?: InvocationChange;
  /** Events that the same transaction records before the start. */
  readonly events?: readonly AuditEntry[];
  readonly erredBefore?: number;
  /** Milliseconds that are left of all attempts' time; all of it unless given. */
  readonly leftMs?: number;
  readonly approval?: ActionContext["approval"];
}

/** Writes the next attempt into the ledger, before anything happens. */
export async function startAttempt(tx: TransactionTables, start: AttemptStart): Promise<BegunAttempt> {
  const { row, action, identity, token, events = [], erredBefore = 0, approval, leftMs = Infinity } = start;
  const ref: InvocationRef = { tenant: row.tenant, id: row.id };
  const attempt = row.attempts + 1;
  const { mode } = action.execution;
  await tx.executions.start({ ref, attempt, round: row.round, token, mode, digest: row.digest, worker: identity });
  const change: InvocationChange = { ...start.change, status: "executing", attempts: attempt };
  await tx.invocations.update(ref, change);
  const started = eventOf(row, "execution.started", { attempt, mode, round: row.round, digest: row.digest });
  await tx.audit.append(row.tenant, [...events, started]);
  const { guards = row.guards, verdict = row.verdict } = change;
  const begun = { ...row, status: "executing", guards, verdict } as const;
  const limited = start.execution ?? executionOf(begun, action);
  const execution = { ...limited, attemptTimeoutMs: Math.min(limited.attemptTimeoutMs, leftMs) };
  const times = { beganAtMs: row.now, leftMs: Math.min(limited.totalTimeoutMs, leftMs) };
  return { kind: "run", ref, row: begun, action, execution, attempt, token, erredBefore, approval, ...times };
}
