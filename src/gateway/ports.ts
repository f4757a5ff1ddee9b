import type { CompiledPolicy, DefaultEffect } from "../core/policy/index.ts";
import type { GuardName } from "../contract/guards.ts";
import type { InvocationRef, VoteId } from "../contract/ids.ts";
import type { Approver } from "../core/approval/eligibility.ts";
import type { Tariff } from "../core/guards/tariff.ts";
import type { Store } from "../store/store.ts";

/** What a run is started with: ids for the work, and words for people who read the Temporal UI. All of it redacted. */
export interface RunStart {
  readonly ref: InvocationRef;
  readonly taskQueue: string;
  readonly action: string;
  readonly actor: string;
  readonly run: string | undefined;
  readonly reason: string | undefined;
  readonly digest: string;
  /** Redacted input. */
  readonly input: unknown;
}

/** The durable side, as the doors need it. Every method rejects when Temporal can't be reached; the relay tries again. */
export interface Runs {
  /** Starts the invocation's run; one that is already started is a success. */
  start(run: RunStart): Promise<void>;
  /** Wakes a waiting run: a vote of this id was received. */
  wake(ref: InvocationRef, vote: VoteId): Promise<void>;
  /** Asks a run to stop; the cancel itself is already in the store. */
  cancel(ref: InvocationRef): Promise<void>;
  /** How many workers polled these task queues lately, all together. */
  countWorkers(taskQueues: readonly string[]): Promise<number>;
  /** Where people see the run; absent when no UI is known. */
  uiUrl(ref: InvocationRef, temporalRunId?: string): string | undefined;
}

/** Finds the policy in force, compiled. Compiled documents are kept by digest, so the answer can't be stale. */
export interface PolicySource {
  /**
   * The compiled policy for this tenant, its own document or the default tenant's together with the organisation's, and its version.
   * None while there is only the organisation's. `defaultEffect` is for documents that name no default, `deny` unless given.
   */
  inForce(
    tenant: string,
    defaultEffect?: DefaultEffect,
  ): Promise<{ readonly version: string; readonly policy: CompiledPolicy } | undefined>;
}

/** Who people are at present: their roles and groups, wherever these are kept. */
export interface Directory {
  /** The present rights of these people; whoever is unknown is missing. */
  find(tenant: string, subjects: readonly string[]): Promise<ReadonlyMap<string, Approver>>;
  /** People of a tenant who have one of these names (`user:`, `role:`, `group:`), or anybody where names are `undefined`; at most `limit` of them. */
  search(tenant: string, names: readonly string[] | undefined, limit: number): Promise<readonly Approver[]>;
}

/** How severe a log line is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes a log line; the logger redacts the fields. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Redacts a value for every place but the action itself. `secretFields` are JSON pointers. */
export type Redact = (value: unknown, secretFields?: readonly string[]) => unknown;

/** Counts what operators watch; names and labels never hold a caller's text. */
export interface Metrics {
  /** A guard refused a call. */
  refused(refusal: { readonly guard: GuardName; readonly code: string }): void;
  /** A function went on after its time was over (+1), or ended at last (-1). */
  stuckCalls(change: 1 | -1): void;
  /** Everything counted in this process, in Prometheus' text format. */
  render(): Promise<string>;
}

/** Everything outside that the application service needs. */
export interface GatewayPorts {
  readonly store: Store;
  readonly runs: Runs;
  readonly policies: PolicySource;
  readonly directory: Directory;
  readonly redact: Redact;
  /** Key of the votes' MAC, shared by HTTP and worker processes. */
  readonly signingKey: string;
  /** The operator's own key, from configuration; never stored. */
  readonly adminKey: string | undefined;
  readonly log: Log;
  /** Prices of models and tools; without it only reported amounts count. */
  readonly tariff?: Tariff | undefined;
  /** Counts what operators watch. */
  readonly metrics?: Metrics | undefined;
}
