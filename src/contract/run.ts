import type { RunCompensation } from "./compensation.ts";
import type { ErrorView, InvocationStatus } from "./invocation.ts";
import type { ExecutionOptions } from "./manifest.ts";
import type { VerdictView } from "./policy.ts";

/** A state in which the workflow has nothing more to do. */
export type ClosedStatus = Exclude<InvocationStatus, "accepted" | "pending" | "executing">;

/** What a run carries through Temporal: ids, and words for people. Everything in it is redacted, since history keeps it. */
export interface GuardedCall {
  /** Reads well on the first page of the Temporal UI. */
  readonly action: string;
  readonly actor: string;
  readonly run?: string;
  readonly reason?: string;
  /** Redacted; cut short when it is long. */
  readonly input: unknown;
  readonly digest: string;
  readonly tenant: string;
  readonly invocation: string;
}

/** How the run of a guarded call is started: its id, its argument, and words for people. Everything in it is redacted. */
export interface RunOpening {
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly call: GuardedCall;
  readonly memo: { readonly title: string; readonly digest: string };
  /** Markdown of one line, and of the first page. */
  readonly summary: string;
  readonly details: string;
}

/** How the undoing of a run goes on: with the call to start or to wait for, or not any more; and on whose request. */
export type CompensationStep = { readonly request: RunCompensation } & (
  { readonly kind: "undo"; readonly opening: RunOpening } | { readonly kind: "done" } | { readonly kind: "stopped" }
);

/** What a question to an action's probe carries through Temporal, asked because somebody wants an uncertain outcome settled. */
export interface ProbeCall {
  readonly action: string;
  readonly tenant: string;
  readonly invocation: string;
  /** Subject who asked. */
  readonly by: string;
  /** Why, in that person's words, redacted. */
  readonly note: string;
  /** The probe's time, milliseconds. */
  readonly timeoutMs: number;
  /** Made by a door over tenant, invocation, subject and note. */
  readonly mac: string;
}

/** What came of a question to a probe. */
export interface ProbeResult {
  /** Where the invocation stands; `uncertain` while the probe can't tell. */
  readonly status: InvocationStatus;
}

/** The result of a run, redacted like everything in Temporal. */
export interface RunResult {
  readonly status: ClosedStatus;
  readonly verdict?: VerdictView;
  readonly output?: unknown;
  readonly error?: ErrorView;
}

/** What a run does next, as the store decided and recorded it. `details` is Markdown for the Temporal UI. */
export type Step = WaitStep | ExecuteStep | ClosedStep;

/** Wait for people, at most so long, then look again. */
export interface WaitStep {
  readonly kind: "wait";
  readonly waitMs: number;
  /** The instant that `waitMs` ends at, by database time in epoch milliseconds: another one than the run waits for sets its timer anew. */
  readonly wakeAtMs?: number;
  /** RFC 3339; shown, and searchable as `GuardDeadline`. */
  readonly decideBy: string;
  /** Label of the timer. */
  readonly summary: string;
  readonly details: string;
}

/** Execute the action. */
export interface ExecuteStep {
  readonly kind: "execute";
  readonly execution: ExecutionOptions;
  /** Milliseconds that it may wait besides before it begins; absent where it waits for nothing. */
  readonly waitMs?: number;
  /** Label of the activity. */
  readonly summary: string;
  readonly details: string;
}

/** Nothing more to do. */
export interface ClosedStep {
  readonly kind: "closed";
  readonly result: RunResult;
  readonly details: string;
}
