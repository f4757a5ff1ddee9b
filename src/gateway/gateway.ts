import type { ApprovalFilter, ApprovalView, VoteRequest } from "../contract/approval.ts";
import type { ApprovalStats, ApprovalStatsQuery } from "../contract/approval-stats.ts";
import type { AuditEvent, AuditFilter } from "../contract/audit.ts";
import type { CompensateRequest, CompensationView } from "../contract/compensation.ts";
import type { GrantFilter, GrantView } from "../contract/grants.ts";
import type { BudgetBalance, ReportedCost, ReservationView } from "../contract/guards.ts";
import type { EndRunRequest, RunFilter, RunView, StartRunRequest } from "../contract/guards.ts";
import type { GuardFilter, GuardView, ResetGuardRequest } from "../contract/guards.ts";
import type {
  InvocationFilter,
  InvocationStats,
  InvocationView,
  InvokeRequest,
  PageQuery,
  ReconcileRequest,
  RetryRequest,
} from "../contract/invocation.ts";
import type { ActionView } from "../contract/manifest.ts";
import type { EvaluatedVerdict, EvaluateRequest, PolicyLayer, PolicyView } from "../contract/policy.ts";
import type { ReplayAnswer, ReplayRequest } from "../contract/policy-replay.ts";
import type {
  CreatedKey,
  CreateKeyRequest,
  KeyView,
  Permission,
  Principal,
  PutPrincipalRequest,
} from "../contract/principal.ts";
import type { Page } from "../contract/problem.ts";
import type { CloseSessionRequest, SessionQuery, SessionView } from "../contract/sessions.ts";
import type {
  CreatedWebhook,
  CreateWebhookRequest,
  DeliveryFilter,
  DeliveryView,
  PutWebhookRequest,
  ReplayDeliveriesRequest,
  ReplayedDeliveries,
  WebhookSecret,
  WebhookView,
} from "../contract/webhooks.ts";
import type { CountersignError } from "../core/countersign-error.ts";
import type { AddressedBudget, AddressedReservation, ReserveCommand } from "./budget-requests.ts";

/** Who knocks: an authenticated principal and what its credential permits. Never built from anything the caller can choose. */
export interface Caller {
  /** Whom the credential belongs to. */
  readonly principal: Principal;
  /** What the credential carries; `admin` implies others, see the gateway's methods. */
  readonly permissions: ReadonlySet<Permission>;
}

/** What must be there so that calls can be served. */
export type ReadinessPart =
  "process" | "store" | "schema" | "temporal" | "searchAttributes" | "manifests" | "policy" | "workers";

/** How one part stands. */
export interface PartReadiness {
  readonly ready: boolean;
  /** What is wrong, in a sentence; absent when nothing is. */
  readonly detail?: string;
  /** Since when this process finds it wrong, RFC 3339; absent when nothing is. */
  readonly since?: string;
}

/** Whether calls can be served right now, part by part, and what is missing. */
export interface Readiness {
  /** Whether calls can be served right now. */
  readonly ready: boolean;
  /** One line per part that is missing; empty when ready. */
  readonly missing: readonly string[];
  /** Each part by its name; one that can't be asked while another is missing is left out. */
  readonly parts: Readonly<Partial<Record<ReadinessPart, PartReadiness>>>;
}

/** A call as the door hands it on; the idempotency key travels in a header. */
export interface InvokeCommand extends InvokeRequest {
  readonly action: string;
  readonly idempotencyKey?: string | undefined;
}

/** A vote as a door hands it on; its idempotency key travels in a header. */
export interface Ballot extends VoteRequest {
  readonly idempotencyKey?: string | undefined;
}

/** A vote's answer. `confirmed` is false when the vote is kept but not judged yet (HTTP 202). */
export interface VoteAnswer {
  readonly approval: ApprovalView;
  readonly confirmed: boolean;
}

/** A vote and what it is about: the approval's id as the caller wrote it. */
export interface AddressedBallot extends Ballot {
  readonly id: string;
}

/** How one vote of a batch ended: with the answer that it would have got alone, or the error. */
export type BatchedAnswer = { readonly id: string } & (
  { readonly answer: VoteAnswer } | { readonly error: CountersignError }
);

/** A cancel's answer. `confirmed` is false when the cancel is kept but not carried out yet (HTTP 202). */
export interface CancelAnswer {
  readonly invocation: InvocationView;
  readonly confirmed: boolean;
}

/** A run to start; `onBehalfOf` names its actor when that is not the caller. */
export interface StartRunCommand extends StartRunRequest {
  readonly onBehalfOf?: string | undefined;
}

/** The end of a run; `onBehalfOf` names its actor when that is not the caller. */
export interface EndRunCommand extends EndRunRequest {
  readonly id: string;
  readonly onBehalfOf?: string | undefined;
}

/** A started run. `isNew` is false when there was one of that id already (HTTP 200 instead of 201). */
export interface StartedRun {
  readonly run: RunView;
  readonly isNew: boolean;
}

/** An answer of `evaluate`: a verdict and, on request, one explanation per rule. */
export type EvaluateAnswer = EvaluatedVerdict & { readonly explain?: readonly unknown[] };

/**
 * The application service behind every door. Each method checks the caller's permission and tenant itself, so a door adds none.
 * Every method rejects with a `CountersignError`: `forbidden` without the permission, `not_found` for what the caller may not see,
 * `unavailable` while the store is away, and the codes named at the method.
 */
export interface Gateway {
  /**
   * Finds who a bearer credential belongs to.
   * @throws unauthenticated for an unknown, expired or revoked one
   */
  authenticate(credential: string | undefined): Promise<Caller>;

  /** Accepts a call and waits for its answer as `waitMs` says. Throws the code of a refusal before acceptance (404, 409, 413, 422). */
  invoke(caller: Caller, command: InvokeCommand): Promise<InvocationView>;
  /** One invocation; with `waitMs` answers when it is closed or the time is over. */
  getInvocation(caller: Caller, id: string, waitMs?: number): Promise<InvocationView>;
  /** Newest first. */
  listInvocations(caller: Caller, filter: InvocationFilter, page: PageQuery): Promise<Page<InvocationView>>;
  /** Counts under the same filter as the list. */
  countInvocations(caller: Caller, filter: InvocationFilter): Promise<InvocationStats>;
  /** All audit events of one invocation, oldest first. */
  listInvocationEvents(caller: Caller, id: string): Promise<readonly AuditEvent[]>;
  /** Asks an open invocation to stop. @throws already_final */
  cancel(caller: Caller, id: string, reason?: string): Promise<CancelAnswer>;
  /**
   * Makes a failed call anew, for its actor, its caller or `admin`: decided and approved anew, answering its idempotency key from now on.
   * While a retry of it is open, or one did not fail, that one is the answer.
   * @throws not_retryable unless it failed, and what `invoke` throws
   */
  retry(caller: Caller, id: string, request: RetryRequest): Promise<InvocationView>;
  /**
   * Closes an uncertain invocation by what a person found out, or asks the action's probe and waits up to 10 s for what it says: it is
   * `uncertain` still while that can't tell. Needs `admin`.
   * @throws already_final; invalid_input for an output that doesn't fit, invalid_request for an action without a probe
   */
  reconcile(caller: Caller, id: string, request: ReconcileRequest): Promise<InvocationView>;

  /** Newest first; those the caller may vote on, asked for, or (with `audit`) all. */
  listApprovals(caller: Caller, filter: ApprovalFilter, page: PageQuery): Promise<Page<ApprovalView>>;
  /** One approval. */
  getApproval(caller: Caller, id: string): Promise<ApprovalView>;
  /** How much approval costs people, of requests opened in a time; needs `audit`. */
  readApprovalStats(caller: Caller, query: ApprovalStatsQuery): Promise<ApprovalStats>;
  /**
   * Keeps a vote and waits up to 3 s for its judgement; needs `approve`, as does the next one. The same vote again has the same answer.
   * After an edit the answer is the approval of the round that it opened.
   * @throws not_an_approver, self_approval, digest_mismatch, already_resolved, approval_expired, idempotency_conflict; invalid_request
   * for a reason that the terms ask for, forbidden, invalid_input, too_large and unsatisfiable_approval for an edit
   */
  vote(caller: Caller, id: string, ballot: Ballot): Promise<VoteAnswer>;
  /** Votes many times, each by itself, answered in the order sent. */
  voteBatch(caller: Caller, votes: readonly AddressedBallot[]): Promise<readonly BatchedAnswer[]>;

  /** Newest first: grants that the caller issued or that are for the caller, with `audit` all of the tenant. Needs `read` or `approve`. */
  listGrants(caller: Caller, filter: GrantFilter, page: PageQuery): Promise<Page<GrantView>>;
  /** One grant, under the same visibility. */
  getGrant(caller: Caller, id: string): Promise<GrantView>;
  /**
   * Takes a grant back at once; its issuer needs `approve`, anybody else `admin`. Revoking again changes nothing.
   * @throws already_final when it is used up or expired
   */
  revokeGrant(caller: Caller, id: string): Promise<GrantView>;

  /** Published actions, by name. */
  listActions(caller: Caller): Promise<readonly ActionView[]>;
  /** One published action. @throws action_not_found */
  getAction(caller: Caller, name: string): Promise<ActionView>;

  /** What a policy would answer; runs and charges nothing. Needs `policy` or `audit`. @throws invalid_policy */
  evaluatePolicy(caller: Caller, request: EvaluateRequest): Promise<EvaluateAnswer>;
  /**
   * What a proposed policy would have changed of the tenant's recorded verdicts, newest first; runs, writes and charges nothing.
   * Needs `policy` and `audit`. @throws invalid_policy
   */
  replayPolicy(caller: Caller, request: ReplayRequest): Promise<ReplayAnswer>;
  /** The policy in force for the caller's tenant, or the organisation's. */
  getPolicy(caller: Caller, layer?: PolicyLayer): Promise<PolicyView>;
  /** Publishes a document (YAML or JSON text) for the caller's tenant; for the organisation with `operator`. Tells what in it can't be meant. @throws invalid_policy with every fault */
  putPolicy(caller: Caller, document: string, layer?: PolicyLayer): Promise<PolicyView>;
  /** Newest first. */
  listPolicyVersions(caller: Caller, page: PageQuery, layer?: PolicyLayer): Promise<Page<PolicyView>>;

  /** Newest first; needs `audit`. */
  listAudit(caller: Caller, filter: AuditFilter, page: PageQuery): Promise<Page<AuditEvent>>;

  /**
   * Reserves an amount for spending outside of actions, in the account that is named and all around it; needs `invoke`, as do the next three.
   * @throws budget_exceeded, idempotency_conflict, and invalid_request for a budget that has no limit anywhere
   */
  reserveBudget(caller: Caller, command: ReserveCommand): Promise<ReservationView>;
  /** Counts what was spent of a reservation and frees the rest; the first cost stands. @throws invalid_request for a model without a price */
  settleReservation(caller: Caller, reservation: AddressedReservation, cost: ReportedCost): Promise<ReservationView>;
  /** Frees a reservation; one that is closed stays as it is. */
  releaseReservation(caller: Caller, reservation: AddressedReservation): Promise<ReservationView>;
  /** The accounts of a budget at a place, the innermost first. */
  readBudget(caller: Caller, place: AddressedBudget): Promise<readonly BudgetBalance[]>;

  /** Makes a key, and its principal if that is new; needs `admin`, another tenant needs `operator`. @throws principal_conflict */
  createKey(caller: Caller, request: CreateKeyRequest): Promise<CreatedKey>;
  /** Newest first. */
  listKeys(caller: Caller, page: PageQuery): Promise<Page<KeyView>>;
  /** Revokes a key at once. */
  revokeKey(caller: Caller, id: string): Promise<KeyView>;
  /** One principal of the caller's tenant. */
  getPrincipal(caller: Caller, subject: string): Promise<Principal>;
  /** Changes a principal's kind, roles, groups or scopes, or makes it. */
  putPrincipal(caller: Caller, subject: string, request: PutPrincipalRequest): Promise<Principal>;

  /** What the tenant's guards keep, last changed first; needs `admin`. */
  listGuards(caller: Caller, filter: GuardFilter, page: PageQuery): Promise<Page<GuardView>>;
  /** What one guard keeps; needs `admin`. */
  getGuard(caller: Caller, id: string): Promise<GuardView>;
  /** Makes a guard forget what it counted, recorded; needs `admin`. What a budget has reserved stays: its calls are under way. */
  resetGuard(caller: Caller, id: string, request: ResetGuardRequest): Promise<GuardView>;
  /** What this process counted, in Prometheus' text format; needs `operator`, since it sums all tenants. */
  readMetrics(caller: Caller): Promise<string>;

  /**
   * Starts a run, which no call needs: one that merely names a run makes it. The same start again finds it; needs `invoke`.
   * @throws idempotency_conflict when it was started with another user or parent, already_final when it has ended
   */
  startRun(caller: Caller, command: StartRunCommand): Promise<StartedRun>;
  /** Ends a run with totals; the same end again finds it ended. Needs `invoke`. @throws already_final for another outcome */
  endRun(caller: Caller, command: EndRunCommand): Promise<RunView>;
  /** Newest first, without totals; one's own, or with `audit` all of the tenant. */
  listRuns(caller: Caller, filter: RunFilter): Promise<Page<RunView>>;
  /** One run with totals as they are now; another actor's needs `audit`. */
  getRun(caller: Caller, id: string, actor?: string): Promise<RunView>;
  /**
   * Undoes the executed calls of a run, the last one first, each by a call of its own that is decided and approved like any; waits as
   * `waitMs` says. One's own with `invoke`, another actor's with `admin`. Asking again goes on where it stopped.
   */
  compensateRun(caller: Caller, id: string, request: CompensateRequest): Promise<CompensationView>;

  /** A session's scopes; the caller's own, of somebody it acts for, or with `audit` of the actor that is named. */
  getSession(caller: Caller, id: string, owner?: SessionQuery): Promise<readonly SessionView[]>;
  /** Closes a session, or one scope of it, for good; needs `invoke`, and `admin` for the actor that is named. Closing again changes nothing. */
  closeSession(caller: Caller, id: string, request?: CloseSessionRequest): Promise<readonly SessionView[]>;

  /** Makes a webhook that hears of events from now on; needs `admin`, as does everything about webhooks. @throws invalid_request for a URL that may not be called, and beyond 50 */
  createWebhook(caller: Caller, request: CreateWebhookRequest): Promise<CreatedWebhook>;
  /** Newest first, without secrets. */
  listWebhooks(caller: Caller): Promise<readonly WebhookView[]>;
  /** One webhook. */
  getWebhook(caller: Caller, id: string): Promise<WebhookView>;
  /** Changes what is named. One that is disabled hears nothing, and gives up what it was still to be told. @throws invalid_request */
  putWebhook(caller: Caller, id: string, request: PutWebhookRequest): Promise<WebhookView>;
  /** Removes a webhook and its deliveries. */
  deleteWebhook(caller: Caller, id: string): Promise<WebhookView>;
  /** What a receiver verifies messages with. */
  getWebhookSecret(caller: Caller, id: string): Promise<WebhookSecret>;
  /** Makes another secret; for 24 hours messages are signed with the one of before as well. */
  rotateWebhookSecret(caller: Caller, id: string): Promise<WebhookSecret>;
  /** What a webhook was told and is to be told, newest event first. */
  listDeliveries(
    caller: Caller,
    filter: DeliveryFilter & { readonly webhook: string },
    page: PageQuery,
  ): Promise<Page<DeliveryView>>;
  /** Sends events again, under the message ids that they had. @throws not_found for an event that isn't there, invalid_request while disabled */
  replayDeliveries(caller: Caller, id: string, request: ReplayDeliveriesRequest): Promise<ReplayedDeliveries>;

  /** Whether calls can be served right now, and what is missing. */
  readiness(): Promise<Readiness>;
}
