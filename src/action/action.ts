import type { z } from "zod";
import type { ApprovalTerms } from "../contract/approval-terms.ts";
import type { ExecutionMode, ExecutionOptions, Risk } from "../contract/manifest.ts";
import type { TokenUsage } from "../contract/policy.ts";
import type { ActionApproval } from "./action-approval.ts";
import type { ActionLimits } from "./action-limits.ts";

/** Takes what an action spends while it runs. Nothing of it is charged before the outcome is recorded. */
export interface CostMeter {
  /** Adds amounts that are known. @throws invalid_request for what is no amount */
  add(cost: { readonly usd?: number; readonly tokens?: number; readonly units?: number }): void;
  /** Adds what a model was used for: its tokens, and their price by the tariff. @throws invalid_request when the tariff refuses the model */
  tokens(usage: TokenUsage): void;
  /** Adds the tariff's price of a tool, `count` times (default 1). @throws invalid_request when the tariff doesn't know it */
  tool(name: string, count?: number): void;
}

/** Something that an action has proven, for other actions of the session that require it. */
export interface Fact {
  /** What sort of fact, such as `order_seen`. */
  readonly kind: string;
  /** Of what: a text, a number or a boolean; `1` and `"1"` are different. */
  readonly value: string | number | boolean;
  /** Milliseconds that it holds; default and at most 24 hours. */
  readonly ttlMs?: number;
  /** The same as a text such as `15m`. */
  readonly ttl?: string;
}

/** Secrets that an action asks for when it needs them, by names that whoever runs the worker has given them. */
export interface CredentialSource {
  /**
   * Fetches a credential anew; nothing keeps it. Its value, of 8 characters or more, is replaced wherever it stands verbatim in what
   * the attempt logs, reports or shows of its output.
   * @throws ActionRejected where the worker has no credentials, an ordinary error without a reason where they can't be fetched
   */
  get(name: string): Promise<string>;
}

/** What every function of an action learns about the call that it serves. */
export interface CallContext {
  /** The invocation's id. */
  readonly invocationId: string;
  /** The tenant that the call belongs to. */
  readonly tenant: string;
  /** Subject of the principal on whose behalf the action runs. */
  readonly actor: string;
  /** The agent's run, when the call named one. */
  readonly run: string | undefined;
  /** Equal for every attempt of one invocation: hand it to the system that the action changes. */
  readonly idempotencyKey: string;
  /** Aborts when the function's time is over, and when the worker shuts down; that of an attempt also on cancel. */
  readonly signal: AbortSignal;
  /** Secrets, fetched when they are asked for. */
  readonly credentials: CredentialSource;
  /** Writes to the worker's log with the invocation's id; the fields are redacted. */
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What an action's `run` learns about its call. */
export interface ActionContext extends CallContext {
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Tells the server that the action is alive; the worker does so by itself while `run` has not settled. */
  heartbeat(details?: unknown): void;
  /** Takes what the action spends. */
  readonly cost: CostMeter;
  /** Who approved, when the policy asked for approval. */
  readonly approval: { readonly by: readonly string[]; readonly at: string; readonly digest: string } | undefined;
}

/** What an action's `probe` learns about the call whose effect is in doubt. */
export type ProbeContext = CallContext;

/** What an action's `compensate` learns: about the call that undoes, and which call that is. */
export interface CompensationContext extends ActionContext {
  /** Id of the executed invocation that is undone. */
  readonly compensates: string;
}

/**
 * What a probe found out. `done`: the effect has happened, with `{ done }` for what `run` would have returned. `not_done`: it has not and,
 * of all attempts made so far, won't any more. `unknown`: neither is certain.
 */
export type ProbeAnswer<Output> = "done" | "not_done" | "unknown" | { readonly done: Output };

/** How an action is to be executed; durations in milliseconds, whole and positive. */
export interface ActionExecution {
  /** Default `idempotent`. */
  readonly mode?: ExecutionMode;
  /** One attempt's time, and that of one question to `probe`; default 30,000, or all of `totalTimeoutMs` if that is less. In mode `inline` at most 5,000, which is its default. */
  readonly attemptTimeoutMs?: number;
  /** All attempts' time, waits between them included; default 3,600,000, so that a worker's restart fits in. */
  readonly totalTimeoutMs?: number;
  /** Attempts that may report an error; default 3. Taken as 1 in mode `at_most_once`, whatever stands here. Those of which nothing was heard don't count. */
  readonly maxAttempts?: number;
  /** A worker that is silent for so long is taken for dead; default 10,000. */
  readonly heartbeatTimeoutMs?: number;
  /** Which errors are worth another attempt; default all but `ActionRejected`. */
  readonly retryOn?: (error: unknown) => boolean;
}

/** What {@link defineAction} takes: everything about a guarded action, its function included. */
export interface ActionDefinition<Input extends z.ZodObject, Output extends z.ZodType> {
  /** Lower-case words joined by dots, such as `billing.issue_refund`; unique in a worker; at most 200 characters. */
  readonly name: string;
  /** A short title for people. */
  readonly title?: string;
  /** What it does, for approvers and for language models. */
  readonly description: string;
  /** How much harm it can do; default `low`. */
  readonly risk?: Risk;
  /** Scopes that the actor must hold, or the call is denied before any rule. */
  readonly requiredScopes?: readonly string[];
  /** Free words to group actions by. */
  readonly tags?: readonly string[];
  /** At least `require_approval`, whatever the policy says; default false. */
  readonly approvalRequired?: boolean;
  /**
   * What it takes to approve a call, whenever policy or `approvalRequired` asks for an approval: instead of the default where policy's
   * rule names no terms of its own, else besides them, and where both speak of the same thing the stricter holds.
   */
  readonly approval?: ActionApproval;
  /** Schema of the input. A call is checked against its JSON Schema at the door, and against the schema itself before `run`. */
  readonly input: Input;
  /** Schema of the output; without it any JSON is taken. */
  readonly output?: Output;
  /** JSON pointers (RFC 6901) into input and output that are redacted everywhere but in `run`. */
  readonly secretFields?: readonly string[];
  /** How it is to be executed. */
  readonly execution?: ActionExecution;
  /** What its calls must keep besides policy; where both speak of the same thing, the stricter holds. */
  readonly limits?: ActionLimits<Input>;
  /**
   * The guarded function. It gets the input as the schema parsed it; what it returns is parsed by the output schema.
   * A method, not a property: only so can actions of different inputs stand in one list.
   */
  run(input: z.output<Input>, context: ActionContext): Promise<z.input<Output>> | z.input<Output>;
  /**
   * Finds out whether the call's effect has happened, for mode `verifiable`, which needs it: after an attempt that reported an error, or
   * of which nothing was heard. In mode `at_most_once` it is asked only when a person reconciles. What it throws counts as `unknown`.
   */
  probe?(
    input: z.output<Input>,
    context: ProbeContext,
  ): Promise<ProbeAnswer<z.input<Output>>> | ProbeAnswer<z.input<Output>>;
  /**
   * Undoes an executed call; its calls are those of an action of their own, named `<name>.compensate`. Gets the input that ran and the
   * output as it was recorded; `null` where only a probe or a person said that the call was executed.
   */
  compensate?(
    input: z.output<Input>,
    output: z.output<Output> | null,
    context: CompensationContext,
  ): Promise<void> | void;
  /** What an executed call has proven in its session. Gets the output as it was recorded, parsed from JSON, and the input that ran. */
  proves?(output: z.output<Output>, input: z.output<Input>): readonly Fact[];
}

/** A defined action: the definition with its defaults filled in, frozen. */
export interface Action<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType = z.ZodType,
> extends ActionDefinition<Input, Output> {
  /** As defined, or `low`. */
  readonly risk: Risk;
  /** As defined, or none. */
  readonly requiredScopes: readonly string[];
  /** As defined, or none. */
  readonly tags: readonly string[];
  /** As defined, or false. */
  readonly approvalRequired: boolean;
  /** As defined, its defaults filled in, in the form that policy uses; absent where the action names no terms. */
  readonly approval?: ApprovalTerms;
  /** As defined, or none. */
  readonly secretFields: readonly string[];
  /** Every time and count, with the defaults that {@link ActionExecution} names; its `attemptTimeoutMs` never exceeds its `totalTimeoutMs`. */
  readonly execution: ExecutionOptions & Pick<ActionExecution, "retryOn">;
  /** Name of the action whose executed calls this one undoes; such an action is made of the other, never defined. */
  readonly compensates?: string;
}
