import { type Client, WorkflowFailedError, WorkflowNotFoundError } from "@temporalio/client";
import { ApplicationFailure, TerminatedFailure } from "@temporalio/common";
import type { InvocationRef } from "../contract/ids.ts";
import { InvocationStatus } from "../contract/invocation.ts";
import type { ClosedStatus } from "../contract/run.ts";
import { parseInvocationId } from "../core/ids.ts";
import type { RunEnd, RunEnding } from "../core/run-end.ts";
import type { RunPage, RunStates } from "../gateway/ports.ts";
import { castVote, GUARDED_ACTION } from "../../workflows/messages.ts";
import { GUARD_STATE } from "../../workflows/search-attributes.ts";
import { workflowIdOf } from "./temporal-runs.ts";

/** How long one question may take: whoever asks has many. Our choice. */
const ANSWER_MS = 5_000;

/** What Temporal's own states of a run mean; those that are missing here mean that it goes on. */
const ENDINGS: Readonly<Record<string, RunEnding>> = {
  TERMINATED: "terminated",
  TIMED_OUT: "timed_out",
  FAILED: "failed",
  CANCELLED: "canceled",
  COMPLETED: "completed",
};

/** What server and SDK say of a termination for which no reason was given. */
const NO_REASONS: ReadonlySet<string> = new Set(["Workflow execution terminated", "terminated by user via frontend"]);

/** A run that comes to its own end says so in its state. */
const ENDED_BY_OTHERS = `ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed', 'Canceled') AND ${GUARD_STATE.name} IN ('accepted', 'pending')`;

/** Signal of a wake without a vote: an id that no vote has. */
const NO_VOTE = "reconciler";

/** What Temporal knows of runs, over a client of the namespace that they are in. */
export function createRunStates(client: Client): RunStates {
  const within = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
    client.withDeadline(Date.now() + ANSWER_MS, ask);
  return {
    async ping() {
      await within(() => client.workflowService.getSystemInfo({}));
    },
    async describe(ref) {
      try {
        const { status, runId } = await within(() => client.workflow.getHandle(workflowIdOf(ref)).describe());
        const how = ENDINGS[status.name];
        if (how === undefined) return { kind: "running" };
        const told = await within(() => readResult(client, ref, runId));
        return { kind: "ended", end: { how, runId, ...told } };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { kind: "missing" };
        throw error;
      }
    },
    listEnded: ({ sinceMs, limit, page }) =>
      within(() => {
        const since = new Date(sinceMs).toISOString();
        const query = `WorkflowType = '${GUARDED_ACTION}' AND ${ENDED_BY_OTHERS} AND CloseTime >= '${since}'`;
        return listPage(client, { query, limit, page });
      }),
    listRunning: ({ taskQueue, startedBeforeMs, limit, page }) =>
      within(() => {
        const before = new Date(startedBeforeMs).toISOString();
        const query = `WorkflowType = '${GUARDED_ACTION}' AND ExecutionStatus = 'Running' AND TaskQueue = '${taskQueue.replaceAll("'", "''")}' AND StartTime < '${before}'`;
        return listPage(client, { query, limit, page });
      }),
    async wake(ref) {
      try {
        await within(() => client.workflow.getHandle(workflowIdOf(ref)).signal(castVote, NO_VOTE));
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
}

/** What a run that has ended says of its end. */
async function readResult(client: Client, ref: InvocationRef, runId: string): Promise<Pick<RunEnd, "reason" | "told">> {
  try {
    const result: unknown = await client.workflow.result(workflowIdOf(ref), runId, { followRuns: false });
    return { told: statusOf(result) };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof TerminatedFailure) return NO_REASONS.has(cause.message) ? {} : { reason: cause.message };
    if (cause instanceof ApplicationFailure) return { told: statusOf(cause.details?.[0]) };
    return {};
  }
}

/** The status in a run's result; absent when it is no result of ours. */
function statusOf(result: unknown): ClosedStatus | undefined {
  if (typeof result !== "object" || result === null || !("status" in result)) return undefined;
  const parsed = InvocationStatus.safeParse(result.status);
  if (!parsed.success) return undefined;
  const status = parsed.data;
  return status === "accepted" || status === "pending" || status === "executing" ? undefined : status;
}

interface PageQuery {
  readonly query: string;
  readonly limit: number;
  readonly page?: Uint8Array | undefined;
}

/** A page of what Temporal's search finds; workflows that are named otherwise than runs of ours are left out. */
async function listPage(client: Client, { query, limit, page }: PageQuery): Promise<RunPage> {
  const { executions, nextPageToken } = await client.workflowService.listWorkflowExecutions({
    namespace: client.options.namespace,
    query,
    pageSize: limit,
    ...(page === undefined ? {} : { nextPageToken: page }),
  });
  const refs = executions.flatMap(({ execution }) => parseWorkflowId(execution?.workflowId ?? "") ?? []);
  return nextPageToken.length === 0 ? { refs } : { refs, next: nextPageToken };
}

/** Whose run a workflow's id names. */
function parseWorkflowId(workflowId: string): InvocationRef | undefined {
  const [, tenant, name] = /^guard:(.+):([^:]+)$/s.exec(workflowId) ?? [];
  const id = name === undefined ? undefined : parseInvocationId(name);
  return tenant === undefined || id === undefined ? undefined : { tenant, id };
}
