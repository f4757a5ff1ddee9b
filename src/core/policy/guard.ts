import type { Effect, Verdict } from "../../contract/policy.ts";
import { CountersignError } from "../countersign-error.ts";
import type { PolicyActor, PolicyCall, PolicyManifest } from "./call.ts";
import { sanitizeInput } from "./sanitize.ts";

/** What a guarded function is asked about with, where its name and arguments don't say it. */
export interface GuardOptions<Args extends readonly unknown[], Approval = boolean | Promise<boolean>> {
  /** The action that policy speaks of; the function's own name unless given. */
  readonly action?: string | undefined;
  /** On whose behalf it runs, or how the arguments tell. */
  readonly actor?: PolicyActor | ((...args: Args) => PolicyActor) | undefined;
  /** The agent's run that the call belongs to. */
  readonly run?: string | undefined;
  /** The action's risk and requirements. */
  readonly manifest?: PolicyManifest | undefined;
  /** The input that policy looks at; the single argument unless given, or the list of several. */
  readonly input?: ((...args: Args) => unknown) | undefined;
  /** The arguments of an input that policy changed; needed beside `input`, or such a call is denied. */
  readonly args?: ((input: unknown) => Args) | undefined;
  /** Asks whoever may approve; only `true` is a yes. Gets the call as it would run. Without it, a call that needs an approval is denied. */
  readonly onApproval?: ((verdict: Verdict, call: PolicyCall) => Approval) | undefined;
}

/** What a guarded function gives: the function's own result, or a promise of it when a decision had to be waited for. */
export type GuardedResult<Result> = Result | Promise<Awaited<Result>>;

/** Wraps a function so that it runs only when the policy lets it; otherwise it throws, or rejects when it is async. */
export type Guard = <Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
  options?: GuardOptions<Args>,
) => (...args: Args) => GuardedResult<Result>;

/** As {@link Guard} for a policy that answers at once: only an approval can make a result a promise that isn't one already. */
export interface SyncGuard {
  /** Where approvers answer at once too, or can't be asked. */
  <Args extends readonly unknown[], Result>(
    fn: (...args: Args) => Result,
    options?: GuardOptions<Args, boolean>,
  ): (...args: Args) => Result;
  /** Where approvers may take their time. */
  <Args extends readonly unknown[], Result>(
    fn: (...args: Args) => Result,
    options: GuardOptions<Args>,
  ): (...args: Args) => GuardedResult<Result>;
}

type Evaluate = (call: PolicyCall) => Verdict | Promise<Verdict>;

/**
 * Guards a function by whatever decides. The guarded one throws `action_denied`, `approval_rejected`, or `internal` for an engine
 * that fails, with the verdict in `details`.
 * @throws CountersignError `invalid_request` for a function without a name and no `action`
 */
export function guardFunction<Args extends readonly unknown[], Result>(
  evaluate: Evaluate,
  fn: (...args: Args) => Result,
  options: GuardOptions<Args> = {},
): (...args: Args) => GuardedResult<Result> {
  const action = options.action ?? fn.name;
  if (action === "")
    throw new CountersignError("invalid_request", "A function without a name is guarded with the option action");
  const isAsync = Object.prototype.toString.call(fn) === "[object AsyncFunction]";
  return function guarded(this: unknown, ...args: Args): GuardedResult<Result> {
    const pass = (): GuardedResult<Result> => {
      const call = createCall(action, args, options);
      return after(ask(evaluate, call), (verdict) =>
        after(settle(verdict, call, options), ({ input }) => {
          const changed = input === call.input ? args : argsOf(input, args, { options, verdict });
          return Reflect.apply(fn, this, changed) as Result;
        }),
      );
    };
    if (!isAsync) return pass();
    return (async () => pass())() as GuardedResult<Result>;
  };
}

function createCall<Args extends readonly unknown[]>(
  action: string,
  args: Args,
  { actor, run, manifest, input }: GuardOptions<Args>,
): PolicyCall {
  return {
    action,
    input: input === undefined ? (args.length === 1 ? args[0] : args) : input(...args),
    actor: typeof actor === "function" ? actor(...args) : actor,
    run,
    manifest,
  };
}

/** The engine's verdict; what isn't one is a fault, never a yes. */
function ask(evaluate: Evaluate, call: PolicyCall): Verdict | Promise<Verdict> {
  let answer: Verdict | Promise<Verdict>;
  try {
    answer = evaluate(call);
  } catch (cause) {
    throw createEngineError(cause);
  }
  if (!isPromise(answer)) return checkVerdict(answer);
  return answer.then(checkVerdict, (cause: unknown) => {
    throw createEngineError(cause);
  });
}

/** What a function may run with; apart from the input itself, which may be a promise that is none of ours. */
interface Settled {
  readonly input: unknown;
}

/** The input that the function may run with, once everybody agreed. */
function settle<Args extends readonly unknown[]>(
  verdict: Verdict,
  call: PolicyCall,
  { onApproval }: GuardOptions<Args>,
): Settled | Promise<Settled> {
  if (verdict.effect === "deny") throw createDenial(verdict.reason, verdict);
  if (verdict.obligations.limits !== undefined)
    throw createDenial("The policy limits this call, and nothing here counts calls", verdict);
  const input = sanitize(verdict, call);
  if (verdict.effect !== "require_approval") return { input };
  if (onApproval === undefined)
    throw createDenial(`This call needs an approval that nobody was asked for: ${verdict.reason}`, verdict);
  return after(onApproval(verdict, { ...call, input }), (approved: unknown) => {
    if (approved === true) return { input };
    throw new CountersignError("approval_rejected", `This call was not approved: ${verdict.reason}`, {
      details: { verdict },
    });
  });
}

function sanitize(verdict: Verdict, { input }: PolicyCall): unknown {
  const terms = verdict.obligations.sanitize;
  if (terms === undefined) {
    if (verdict.effect !== "sanitize") return input;
    throw createDenial("The policy wants the input changed and doesn't say how", verdict);
  }
  const sanitized = sanitizeInput(input, terms);
  if ("fault" in sanitized) throw createDenial(sanitized.fault, verdict);
  return sanitized.input;
}

function argsOf<Args extends readonly unknown[]>(
  input: unknown,
  args: Args,
  { options, verdict }: { readonly options: GuardOptions<Args>; readonly verdict: Verdict },
): readonly unknown[] {
  if (options.args !== undefined) return options.args(input);
  if (options.input !== undefined)
    throw createDenial("The policy changed the input, and nothing says which arguments that makes", verdict);
  return args.length === 1 ? [input] : (input as readonly unknown[]);
}

const EFFECTS: ReadonlySet<unknown> = new Set<Effect>(["allow", "deny", "require_approval", "sanitize"]);

function checkVerdict(answer: unknown): Verdict {
  const isObject = typeof answer === "object" && answer !== null;
  if (isObject && "effect" in answer && "reason" in answer && "obligations" in answer) {
    const { effect, reason, obligations } = answer;
    const hasParts = EFFECTS.has(effect) && typeof reason === "string";
    if (hasParts && typeof obligations === "object" && obligations !== null) return answer as Verdict;
  }
  throw createEngineError(undefined);
}

function createDenial(reason: string, verdict: Verdict): CountersignError {
  return new CountersignError("action_denied", reason, { details: { verdict } });
}

function createEngineError(cause: unknown): CountersignError {
  return new CountersignError("internal", "The policy could not be asked, so this call was blocked", { cause });
}

/** Goes on at once with what is there, and later with what is promised. */
function after<Value, Next>(
  value: Value | Promise<Value>,
  proceed: (value: Value) => Next,
): Next | Promise<Awaited<Next>> {
  return isPromise(value) ? (value.then(proceed) as Promise<Awaited<Next>>) : proceed(value);
}

function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
