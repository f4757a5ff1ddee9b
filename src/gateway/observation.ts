import type { Effect } from "../contract/policy.ts";
import type { GuardName } from "../contract/guards.ts";
import type { InvocationStatus } from "../contract/invocation.ts";

/** An answer to a request, as it is counted. */
export interface AnsweredRequest {
  /** HTTP method. */
  readonly method: string;
  /** Pattern of the route, such as `/v1/invocations/{id}`; `unknown` where none fits. Never a path that somebody sent. */
  readonly route: string;
  /** HTTP status. */
  readonly status: number;
  /** Milliseconds until the answer stood, the waiting that was asked for included. */
  readonly tookMs: number;
}

/** What kind of work a worker does: a step of a run, an action, a short step in the database, a run that is kept in memory. */
export type SlotKind = "workflow_task" | "activity" | "local_activity" | "cached_run";

/** How many pieces of one kind a worker does at once. */
export interface WorkerSlots {
  readonly kind: SlotKind;
  readonly used: number;
  /** How many more it would take. */
  readonly free: number;
}

/** What the database knows of all tenants together, at one instant. */
export interface StoreGauges {
  /** Approvals that wait for people. */
  readonly openApprovals: number;
  /** Of these, those whose decide-by is over: nobody has looked at their clock. */
  readonly overdueApprovals: number;
  /** Seconds since the oldest of them was opened; 0 without one. */
  readonly oldestApprovalSeconds: number;
  /** Events that enabled webhooks have not been told of, summed over the webhooks: not looked at yet, or due to be sent. */
  readonly outboxLagEvents: number;
  /** Seconds since the oldest such event; 0 without one. */
  readonly outboxOldestSeconds: number;
  /** Deliveries that were given up and not replayed. */
  readonly outboxDead: number;
}

/** Counts what operators watch; names and labels never hold a caller's text. */
export interface Metrics {
  /** A guard refused a call. */
  refused(refusal: { readonly guard: GuardName; readonly code: string }): void;
  /** A function went on after its time was over (+1), or ended at last (-1). */
  stuckCalls(change: 1 | -1): void;
  /** Policy decided a call; `sinceAcceptedMs` is how long it had waited for that, absent in a later round. */
  decided(effect: Effect, sinceAcceptedMs?: number): void;
  /** The first attempt of an approved call began so many milliseconds after the vote that resolved its approval. */
  startedAfterVote(sinceResolvedMs: number): void;
  /** A call ended. */
  closed(status: InvocationStatus): void;
  /** The record could not be written, so what it was to record was undone. */
  auditFailed(): void;
  /** The reconciler did something about a run or a row; `outcome` is one of few words. */
  reconciled(outcome: string, count?: number): void;
  /** A request was answered. */
  answered(request: AnsweredRequest): void;
  /** Asks this worker for its slots whenever somebody looks. */
  watchSlots(read: () => readonly WorkerSlots[]): void;
  /** Everything counted in this process, and what the database knows if it was asked, in Prometheus' text format. */
  render(gauges?: StoreGauges): Promise<string>;
}

/** What may be said of traced work: names, ids and counts, never an input, an output or a caller's words. */
export type TraceAttributes = Readonly<Record<string, string | number | undefined>>;

/** A piece of work that is traced. */
export interface TracedWork {
  /** What is done, in few different words: `countersign decide`. */
  readonly name: string;
  /** Work for a request from elsewhere, or work that this process began; default `internal`. */
  readonly kind?: "server" | "internal" | undefined;
  /** W3C trace context of what asked for it; absent: the work around it, if there is any. */
  readonly traceParent?: string | undefined;
  /** True where {@link Tracing.meet} will tell whose trace the work belongs to. */
  readonly awaitsCall?: boolean | undefined;
  /** Id of the call that the work is about, where that is known. */
  readonly invocation?: string | undefined;
  readonly attributes?: TraceAttributes | undefined;
}

/** A call that a piece of work turned out to be about. */
export interface MetCall {
  readonly tenant: string;
  readonly invocation: string;
  readonly action: string | undefined;
  /** W3C trace context of the request that made the call, as it is kept; absent or `null` where there was none. */
  readonly traceParent?: string | null | undefined;
}

/** What traced work may still say of itself. */
export interface WorkTrace {
  /** Renames the work, once it is known what it is. */
  rename(name: string): void;
  /** Says more about it. */
  note(attributes: TraceAttributes): void;
  /** Says that it went wrong: a code, never a message. */
  fail(code: string): void;
}

/**
 * Makes one trace of all that is done for a call, in whatever process and on whatever day, and lets log lines carry the ids of call and
 * trace. Where nothing collects traces, no spans are made and only the ids are carried.
 */
export interface Tracing {
  /** Does a piece of work; what is done and logged in it belongs to it. What it throws is passed on. */
  trace<T>(work: TracedWork, task: (trace: WorkTrace) => Promise<T>): Promise<T>;
  /** Tells which call the present work is about. Outside of any work, nothing. */
  meet(call: MetCall): void;
  /** Says more about the present work. */
  note(attributes: TraceAttributes): void;
  /** W3C trace context of the present work, for what it leads to later or elsewhere; absent where there is no trace. */
  traceParent(): string | undefined;
}
