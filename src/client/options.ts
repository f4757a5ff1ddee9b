import type { Decision, EditRequest } from "../contract/approval.ts";
import type { GrantRequest } from "../contract/grants.ts";
import type { Session } from "../contract/invocation.ts";
import type { OnSettled, OnSettledError } from "./settled.ts";
import type { PolicyLayer } from "../contract/policy.ts";

/** How {@link createClient} reaches the server. */
export interface ClientOptions {
  /** Address of the server, such as `http://127.0.0.1:7700`; default `COUNTERSIGN_URL`. */
  readonly baseUrl?: string | undefined;
  /** Bearer key of the caller; default `COUNTERSIGN_API_KEY`. */
  readonly apiKey?: string | undefined;
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds for one request, on top of what the server is asked to wait; default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Repetitions of a request that is safe to repeat (GET, and calls with an idempotency key); default 3. */
  readonly maxRetries?: number | undefined;
  /** Told when an `onSettled` throws, or when its call's end can't be learnt any more; default: a warning of the process. */
  readonly onSettledError?: OnSettledError | undefined;
  /** Subject on whose behalf every call is made, unless the call says otherwise; needs permission `act_as`. */
  readonly onBehalfOf?: string | undefined;
}

/** What every request takes. */
export interface RequestOptions {
  /** Aborts the request, its repetitions and its waits, not the invocation: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a call of an action may say besides its input. */
export interface RunOptions extends RequestOptions {
  /** One key is one call, however often it is sent: 1 to 255 printable characters, unique per actor and action. */
  readonly idempotencyKey?: string | undefined;
  /** Why; shown to approvers and kept in the record. */
  readonly reason?: string | undefined;
  /** The agent's run that the call belongs to; default: the one of the surrounding `withRun`, if there is one. */
  readonly run?: string | undefined;
  /** The session that the call belongs to. */
  readonly session?: Session | undefined;
  /** Subject on whose behalf the call is made; needs permission `act_as`. */
  readonly onBehalfOf?: string | undefined;
  /**
   * Called once when the call is closed, however it ended, as soon as this process learns of it: before `run` answers, and in the background
   * after `invoke` answered with an open call, which keeps the process running; `signal` ends that. Nobody waits for it, and what it
   * throws goes to `onSettledError`. Not called for a call that was never accepted: those reject.
   */
  readonly onSettled?: OnSettled | undefined;
}

/** What `invoke` takes: as `run`, and how long the answer may take. */
export interface InvokeOptions extends RunOptions {
  /** Milliseconds, 0 to 60,000, to wait until the call is closed. Default: 5,000, and at most until it is pending. */
  readonly waitMs?: number | undefined;
}

/** What `guard` takes: the options of every call made through the wrapper. */
export interface GuardOptions<Input> extends Omit<RunOptions, "idempotencyKey"> {
  /** Makes the key of each call from its input. Without it every call is a new one. */
  readonly idempotencyKey?: ((input: Input) => string) | undefined;
}

/** What `withRun` takes. */
export interface WithRunOptions {
  /** The run's id, 1 to 200 characters, unique per actor; default: a new one. A run that has ended can't be started again. */
  readonly id?: string | undefined;
  /** Whom the run serves, 1 to 200 characters: recorded and shown, it gives no right. */
  readonly user?: string | undefined;
  /** Aborts the start, and is handed to the work, which may obey it; the end is recorded all the same. */
  readonly signal?: AbortSignal | undefined;
}

/** What a wait for an invocation takes. */
export interface WaitOptions extends RequestOptions {
  /** Milliseconds after which the wait ends with the invocation as it then is; default: as long as it takes. */
  readonly timeoutMs?: number | undefined;
}

/** What a retry of a failed call takes. */
export interface RetryOptions extends RequestOptions {
  /** Why; default: why the call was made. */
  readonly reason?: string | undefined;
  /** Milliseconds, 0 to 60,000, to wait until it is closed. Default: 5,000, and at most until it is pending. */
  readonly waitMs?: number | undefined;
}

/** What the undoing of a run takes. */
export interface CompensateOptions extends RetryOptions {
  /** Whose run it is; default: the caller's own. Another's needs `admin`. */
  readonly actor?: string | undefined;
}

/** What every list takes besides its filter. */
export interface ListOptions extends RequestOptions {
  /** Rows on the page, 1 to 200; default 50. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** Whose policy document is meant. */
export interface PolicyOptions extends RequestOptions {
  /** `organisation` for the document that holds for every tenant besides its own; publishing it needs permission `operator`. */
  readonly layer?: PolicyLayer | undefined;
}

/** What a vote may say besides its decision. */
export interface VoteOptions extends RequestOptions {
  /** Why; kept in the record, and obligatory where the policy says so. */
  readonly reason?: string | undefined;
  /** The digest that was looked at; the vote is refused when it is no longer what is being decided. */
  readonly digest?: string | undefined;
  /** The same key and vote is the same answer. */
  readonly idempotencyKey?: string | undefined;
  /** New values by JSON pointer, such as `{ "/amountCents": 400 }`, to be approved by others: one's own vote doesn't cover them. With `approve` only. */
  readonly edit?: EditRequest | undefined;
  /** Lets later calls like this one through, within its bounds. With `approve` only, and not beside an edit. */
  readonly grant?: GrantRequest | undefined;
}

/** One vote of a batch. */
export interface BatchVote extends Omit<VoteOptions, "signal"> {
  /** The approval's id, which is the invocation's. */
  readonly id: string;
  readonly decision: Decision;
}
