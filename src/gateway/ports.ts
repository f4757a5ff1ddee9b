import type { CompiledPolicy, DefaultEffect } from "../core/policy/index.ts";
import type { InvocationRef, VoteId } from "../contract/ids.ts";
import type { RunCompensation } from "../contract/compensation.ts";
import type { ProbeCall } from "../contract/run.ts";
import type { Approver } from "../core/approval/eligibility.ts";
import type { Tariff } from "../core/guards/tariff.ts";
import type { RunEnd } from "../core/run-end.ts";
import type { WebhookAllowance } from "../core/webhooks/allowance.ts";
import type { SigningKey } from "../core/signing-key.ts";
import type { Store } from "../store/store.ts";
import type { Metrics, Tracing } from "./observation.ts";

export type * from "./observation.ts";

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
  /** Begins to undo the calls of a run; where that is on its way already, it hears of the request. */
  compensate(run: RunCompensation, taskQueue: string): Promise<void>;
  /** Puts a question to an action's probe; the worker records the answer. */
  probe(call: ProbeCall, taskQueue: string): Promise<void>;
  /** How many workers polled these task queues lately, all together. */
  countWorkers(taskQueues: readonly string[]): Promise<number>;
  /** Names of the search attributes that Temporal's namespace lacks; without all of them no run can be started. */
  missingSearchAttributes(): Promise<readonly string[]>;
  /** Where people see the run; absent when no UI is known. */
  uiUrl(ref: InvocationRef, temporalRunId?: string): string | undefined;
}

/** How the newest run of an invocation stands; `missing` when Temporal has none of that id, or none any more. */
export type RunState =
  { readonly kind: "running" } | { readonly kind: "missing" } | { readonly kind: "ended"; readonly end: RunEnd };

/** Which running runs a page holds. */
export interface RunningQuery {
  readonly taskQueue: string;
  /** Only those that were started before, epoch milliseconds. */
  readonly startedBeforeMs: number;
  /** Runs at most. */
  readonly limit: number;
  /** Where the page before ended. */
  readonly page?: Uint8Array | undefined;
}

/** Which ended runs a page holds. */
export interface EndedQuery {
  /** Only those that ended since, epoch milliseconds. The same for all pages of a search. */
  readonly sinceMs: number;
  /** Runs at most. */
  readonly limit: number;
  /** Where the page before ended. */
  readonly page?: Uint8Array | undefined;
}

/** A page of what Temporal's search finds. */
export interface RunPage {
  /** Whose runs they are. */
  readonly refs: readonly InvocationRef[];
  /** Where it ended; absent when it is the last. */
  readonly next?: Uint8Array;
}

/** What Temporal knows of the runs of invocations. Every method rejects when it can't be reached. */
export interface RunStates {
  /** Resolves when Temporal answers. */
  ping(): Promise<void>;
  /** How the newest run of an invocation stands, exactly. */
  describe(ref: InvocationRef): Promise<RunState>;
  /** A page of runs that ended without having come to an end of their own. From Temporal's search, which is late: no proof of anything. */
  listEnded(query: EndedQuery): Promise<RunPage>;
  /** A page of running runs, from Temporal's search as well. */
  listRunning(query: RunningQuery): Promise<RunPage>;
  /** Wakes a run without a vote, so that it looks at its row; one that has ended meanwhile is a success. */
  wake(ref: InvocationRef): Promise<void>;
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

/** A message to a webhook, signed already. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came of a message: the status of an answer, or in a few words why there is none. Neither holds anything that the receiver wrote. */
export type WebhookAnswer =
  { readonly status: number; readonly fault?: never } | { readonly status?: never; readonly fault: string };

/** Sends messages to webhooks, and to nothing that may not be called. */
export interface WebhookSender {
  /** Posts one message, once, within 10 s. Never rejects. */
  send(request: WebhookRequest): Promise<WebhookAnswer>;
}

/** How severe a log line is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes a log line; the logger redacts the fields. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Redacts a value for every place but the action itself. `secretFields` are JSON pointers. */
export type Redact = (value: unknown, secretFields?: readonly string[]) => unknown;

/** Everything outside that the application service needs. */
export interface GatewayPorts {
  readonly store: Store;
  readonly runs: Runs;
  readonly policies: PolicySource;
  readonly directory: Directory;
  readonly redact: Redact;
  /** Key or ring of keys of the MACs of votes and grants, shared by HTTP and worker processes. */
  readonly signingKey: SigningKey;
  /** The operator's own key, from configuration; never stored. */
  readonly adminKey: string | undefined;
  readonly log: Log;
  /** Prices of models and tools; without it only reported amounts count. */
  readonly tariff?: Tariff | undefined;
  /** What webhooks may call besides public addresses over TLS; default nothing. */
  readonly webhookAllow?: readonly WebhookAllowance[] | undefined;
  /** Counts what operators watch. */
  readonly metrics?: Metrics | undefined;
  /** Makes traces of calls; without it there are none. */
  readonly tracing?: Tracing | undefined;
}
