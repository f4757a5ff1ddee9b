import type { z } from "zod";
import type { Action } from "../action/action.ts";
import type { ApprovalFilter, ApprovalView, BatchVoteAnswer, Decision } from "../contract/approval.ts";
import type { ApprovalStats, ApprovalStatsQuery } from "../contract/approval-stats.ts";
import type { AuditEvent, AuditFilter } from "../contract/audit.ts";
import type { InvocationFilter, InvocationStats, ReconcileRequest } from "../contract/invocation.ts";
import type { ActionView } from "../contract/manifest.ts";
import type { EvaluatedVerdict, EvaluateRequest, PolicyView } from "../contract/policy.ts";
import type { ReplayAnswer, ReplayRequest } from "../contract/policy-replay.ts";
import type { CreatedKey, CreateKeyRequest, KeyView } from "../contract/principal.ts";
import type { Page } from "../contract/problem.ts";
import type { Budget, BudgetOptions } from "./budget.ts";
import type { GrantsClient } from "./grants.ts";
import type { GuardsClient } from "./guards.ts";
import type { Invocation } from "./invocation.ts";
import type {
  BatchVote,
  GuardOptions,
  InvokeOptions,
  ListOptions,
  PolicyOptions,
  RequestOptions,
  RetryOptions,
  RunOptions,
  VoteOptions,
  WaitOptions,
  WithRunOptions,
} from "./options.ts";
import type { CurrentRun } from "./run-context.ts";
import type { RunsClient } from "./runs.ts";
import type { SessionsClient } from "./sessions.ts";
import type { WebhooksClient } from "./webhooks.ts";

/**
 * A caller's side of a Countersign server. Every method rejects with a `CountersignError` whose `code` says why, `unavailable`
 * when the server can't be reached; or with the reason of the signal that it was given.
 */
export interface Client {
  /**
   * Calls an action and tells what became of it so far. Denied, rejected, expired, canceled, failed and uncertain are answers, not errors.
   * Repeated after a network fault only when it has an idempotency key.
   * @throws action_not_found, invalid_input, idempotency_conflict, and what any request throws
   */
  invoke<Input extends z.ZodObject, Output extends z.ZodType>(
    action: Action<Input, Output>,
    input: z.input<Input>,
    options?: InvokeOptions,
  ): Promise<Invocation<z.output<Output>>>;
  invoke(action: string, input: object, options?: InvokeOptions): Promise<Invocation>;

  /**
   * Calls an action and waits for its output, for people if it must and across restarts of the server. Aborting stops the wait, not the call.
   * Without an idempotency key it makes one of its own, so that a network fault can't double the call.
   * @throws what `invoke` throws, and for a call that is not executed the code that says why, with its `invocation`
   */
  run<Input extends z.ZodObject, Output extends z.ZodType>(
    action: Action<Input, Output>,
    input: z.input<Input>,
    options?: RunOptions,
  ): Promise<z.output<Output>>;
  run(action: string, input: object, options?: RunOptions): Promise<unknown>;

  /** Wraps an action as a function that behaves like `run`. */
  guard<Input extends z.ZodObject, Output extends z.ZodType>(
    action: Action<Input, Output>,
    options?: GuardOptions<z.input<Input>>,
  ): (input: z.input<Input>) => Promise<z.output<Output>>;

  /** Spending outside of actions, such as the calls of a language model; see {@link Budget}. Sends nothing yet. */
  budget(options: BudgetOptions): Budget;

  /**
   * Starts a run, does work inside it and ends it: `success` when the work is done, `blocked` when it throws a `CountersignError` by
   * which policy, a guard or a person said no, `failed` when it throws anything else. Every call that the work makes through this client
   * belongs to the run, unless it names another. What the work began and left behind still does after the end, so that no limit of the
   * run is escaped. A run inside a run names it as its parent. Errors of the work are thrown on as they are; an end that can't be
   * recorded is not told, the run then stays open.
   * @throws what any request throws when the run can't be started, already_final and idempotency_conflict for an `id` that was used, and
   * invalid_request where asynchronous work can't be followed, as in browsers
   */
  withRun<Result>(options: WithRunOptions, work: (run: CurrentRun) => Result | Promise<Result>): Promise<Result>;

  /** Calls that were made. */
  readonly invocations: InvocationsClient;
  /** Requests that were put to people. */
  readonly approvals: ApprovalsClient;
  /** Approvals given in advance. */
  readonly grants: GrantsClient;
  /** What decides. */
  readonly policy: PolicyClient;
  /** The evidence. */
  readonly audit: AuditClient;
  /** What can be called. */
  readonly actions: ActionsClient;
  /** Who may call. */
  readonly keys: KeysClient;
  /** What calls were made for. */
  readonly runs: RunsClient;
  /** Where facts are proven. */
  readonly sessions: SessionsClient;
  /** Who is told of events. */
  readonly webhooks: WebhooksClient;
  /** What limits keep between calls. */
  readonly guards: GuardsClient;
}

/** Reading and steering invocations. */
export interface InvocationsClient {
  /** One invocation as it is now. @throws not_found */
  get(id: string, options?: RequestOptions): Promise<Invocation>;
  /** Newest first. */
  list(options?: InvocationFilter & ListOptions): Promise<Page<Invocation>>;
  /** Waits until it is closed, across restarts of the server. @throws not_found */
  wait(id: string, options?: WaitOptions): Promise<Invocation>;
  /** All its audit events, oldest first. @throws not_found */
  events(id: string, options?: RequestOptions): Promise<readonly AuditEvent[]>;
  /** Asks it to stop; the answer may still be open when the cancel is recorded but not carried out yet. @throws already_final */
  cancel(id: string, options?: RequestOptions & { readonly reason?: string | undefined }): Promise<Invocation>;
  /**
   * Makes a failed one anew, decided and approved anew; its idempotency key answers with the new one from now on. While a retry of it is
   * open, or one did not fail, that one is the answer. Waits as `invoke` does, and is not repeated after a network fault.
   * @throws not_retryable unless it failed
   */
  retry(id: string, options?: RetryOptions): Promise<Invocation>;
  /**
   * Closes an uncertain one by what a person found out, or asks its action's probe: the answer is uncertain still while that can't tell, or
   * has not within 10 s. Needs `admin`. @throws already_final, invalid_request for an action without a probe
   */
  reconcile(id: string, finding: ReconcileRequest, options?: RequestOptions): Promise<Invocation>;
  /** How many there are, per status, under the same filter as the list. */
  stats(options?: InvocationFilter & RequestOptions): Promise<InvocationStats>;
}

/** Reading approvals and voting. A vote whose state is still `received` in the answer is kept, but not judged yet. */
export interface ApprovalsClient {
  /** Newest first. */
  list(options?: ApprovalFilter & ListOptions): Promise<Page<ApprovalView>>;
  /** One approval; its id is the invocation's. @throws not_found */
  get(id: string, options?: RequestOptions): Promise<ApprovalView>;
  /** How much approval costs people, of requests opened in a time (the last 30 days unless told); needs `audit`. */
  stats(options?: ApprovalStatsQuery & RequestOptions): Promise<ApprovalStats>;
  /**
   * Votes. After an edit the answer is the approval of the round that it opened.
   * @throws not_an_approver, self_approval, already_resolved, approval_expired, digest_mismatch; for an edit forbidden, invalid_input,
   * too_large and unsatisfiable_approval
   */
  vote(id: string, decision: Decision, options?: VoteOptions): Promise<ApprovalView>;
  /** Votes `approve`. */
  approve(id: string, options?: VoteOptions): Promise<ApprovalView>;
  /** Votes `reject`. */
  reject(id: string, options?: VoteOptions): Promise<ApprovalView>;
  /** Votes on up to 100 approvals, each by itself: a refused vote is an answer with its `error`, not an exception. In the order given. */
  batch(votes: readonly BatchVote[], options?: RequestOptions): Promise<readonly BatchVoteAnswer[]>;
}

/** Asking and publishing policy. */
export interface PolicyClient {
  /** What a policy would answer; runs and charges nothing. @throws invalid_policy */
  evaluate(
    request: EvaluateRequest,
    options?: RequestOptions,
  ): Promise<EvaluatedVerdict & { readonly explain?: readonly unknown[] }>;
  /**
   * What a proposed policy would have changed of the verdicts on record, newest first; needs `policy` and `audit`.
   * @throws invalid_policy
   */
  replay(request: ReplayRequest, options?: RequestOptions): Promise<ReplayAnswer>;
  /** The policy in force. */
  get(options?: PolicyOptions): Promise<PolicyView>;
  /** Publishes a document: YAML or JSON text, or an object. @throws invalid_policy with every fault in `details` */
  put(document: string | object, options?: PolicyOptions): Promise<PolicyView>;
  /** Newest first. */
  versions(options?: PolicyOptions & ListOptions): Promise<Page<PolicyView>>;
}

/** Reading the evidence. */
export interface AuditClient {
  /** Newest first. */
  list(options?: AuditFilter & ListOptions): Promise<Page<AuditEvent>>;
}

/** Reading what can be called. */
export interface ActionsClient {
  /** All published actions, by name. */
  list(options?: RequestOptions): Promise<readonly ActionView[]>;
  /** One published action. @throws action_not_found */
  get(name: string, options?: RequestOptions): Promise<ActionView>;
}

/** Managing keys; needs `admin`. */
export interface KeysClient {
  /** Makes a key, and its principal if that is new. `key` is shown this once. @throws principal_conflict */
  create(request: CreateKeyRequest, options?: RequestOptions): Promise<CreatedKey>;
  /** Newest first. */
  list(options?: ListOptions): Promise<Page<KeyView>>;
  /** Revokes a key at once. @throws not_found */
  revoke(id: string, options?: RequestOptions): Promise<KeyView>;
}
