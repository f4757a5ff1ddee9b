import type { CompensationView } from "../contract/compensation.ts";
import type { RunFilter, RunOutcome, RunView } from "../contract/guards.ts";
import { DEFAULT_WAIT_MS } from "../contract/limits.ts";
import type { Page } from "../contract/problem.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { ErrorCode } from "../core/errors.ts";
import { type Invocation, toInvocation } from "./invocation.ts";
import type { CompensateOptions, ListOptions, RequestOptions, WithRunOptions } from "./options.ts";
import type { CurrentRun, RunContext } from "./run-context.ts";
import { pathOf, type Transport } from "./transport.ts";

/** Codes that say no: policy, a guard or a person refused what a run needed. All others say that something is wrong or out of order. */
const BLOCKING_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(["budget_exceeded", "forbidden", "action_denied", "not_an_approver", "self_approval"] as const),
  ...(["approval_rejected", "approval_expired", "invocation_canceled", "fact_missing"] as const),
  ...(["unsatisfiable_approval", "run_required", "session_required", "too_large"] as const),
  ...(["rate_limited", "attempts_exceeded", "circuit_open"] as const),
]);

/** How far the undoing of a run is; see {@link CompensationView}. */
export type CompensatedRun = Readonly<Omit<CompensationView, "steps">> & { readonly steps: readonly Invocation[] };

/** Reading runs, and undoing them. */
export interface RunsClient {
  /** Newest first, without totals; one's own, or with `audit` all of the tenant. */
  list(options?: Omit<RunFilter, keyof ListOptions> & ListOptions): Promise<Page<RunView>>;
  /** One run with its totals as they are now; another actor's needs `audit`. @throws not_found */
  get(id: string, options?: RequestOptions & { readonly actor?: string | undefined }): Promise<RunView>;
  /**
   * Undoes the executed calls of a run, the last one first, and tells how far that is after the wait. Each step is a call of its own, which
   * policy decides and people may have to approve. Asking again goes on where it stopped. Not repeated after a network fault.
   * @throws not_found
   */
  compensate(id: string, options?: CompensateOptions): Promise<CompensatedRun>;
}

/** What {@link withRun} works with. */
export interface RunParts {
  readonly transport: Transport;
  readonly context: RunContext;
  /** Whose runs they are when not the caller's own. */
  readonly onBehalfOf: string | undefined;
}

/** Starts a run, does work inside it, and ends it by what came of the work. */
export async function withRun<Result>(
  parts: RunParts,
  options: WithRunOptions,
  work: (run: CurrentRun) => Result | Promise<Result>,
): Promise<Result> {
  const { context } = parts;
  context.assertFollowable();
  const { user, signal } = options;
  const run = {
    id: options.id ?? `run-${globalThis.crypto.randomUUID()}`,
    ...(user === undefined ? {} : { user }),
    ...(signal === undefined ? {} : { signal }),
  };
  const end = await startRun(parts, run, context.current()?.id);
  let outcome: RunOutcome = "failed";
  try {
    const result = await context.enter(run, async () => work(run));
    outcome = "success";
    return result;
  } catch (error) {
    if (isBlocking(error)) outcome = "blocked";
    throw error;
  } finally {
    // What came of the work is what its caller must see; a run whose end is lost stays open.
    await end(outcome).catch(() => undefined);
  }
}

/** The part of a client for runs; with `onBehalfOf` a run is looked for among that actor's. */
export function createRunsClient(transport: Transport, onBehalfOf: string | undefined): RunsClient {
  return {
    list: async ({ signal, ...query } = {}) =>
      (await transport.send({ method: "GET", path: "/v1/runs", query, signal })) as Page<RunView>,
    get: async (id, { actor = onBehalfOf, signal } = {}) =>
      (await transport.send({ method: "GET", path: pathOf`/v1/runs/${id}`, query: { actor }, signal })) as RunView,
    compensate: async (id, { actor = onBehalfOf, reason, waitMs, signal } = {}) => {
      const view = (await transport.send({
        ...{ method: "POST", path: pathOf`/v1/runs/${id}/compensate`, body: { actor, reason, waitMs } },
        ...{ waitMs: waitMs ?? DEFAULT_WAIT_MS, signal },
      })) as CompensationView;
      return { ...view, steps: view.steps.map((step) => toInvocation(step)) };
    },
  };
}

/** Starts a run on the server and gives what ends it. Both mean the same when they are sent again, which the keys tell the transport. */
async function startRun(
  { transport, onBehalfOf }: RunParts,
  { id, user, signal }: CurrentRun,
  parent: string | undefined,
): Promise<(outcome: RunOutcome) => Promise<unknown>> {
  const endPath = pathOf`/v1/runs/${id}/end`;
  await transport.send({
    ...{ method: "POST", path: "/v1/runs", body: { id, user, parent, onBehalfOf } },
    ...{ idempotencyKey: `start-${globalThis.crypto.randomUUID()}`, signal },
  });
  return (outcome) =>
    transport.send({
      ...{ method: "POST", path: endPath, body: { outcome, onBehalfOf } },
      idempotencyKey: `end-${globalThis.crypto.randomUUID()}`,
    });
}

function isBlocking(error: unknown): boolean {
  return error instanceof CountersignError && BLOCKING_CODES.has(error.code);
}
