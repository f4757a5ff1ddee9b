import { randomUUID } from "node:crypto";
import {
  type Client,
  type ConnectionLike,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowStartOptions,
} from "@temporalio/client";
import proto from "@temporalio/proto";
import type { RunCompensation } from "../contract/compensation.ts";
import type { ProbeCall } from "../contract/run.ts";
import { escapeMarkdown } from "../core/markdown.ts";
import { compensationIdOf, openingOf, workflowIdOf } from "../core/run-opening.ts";
import type { Runs, RunStart } from "../gateway/ports.ts";
import { listMissingSearchAttributes } from "./search-attributes.ts";
import { askCompensation, castVote, COMPENSATE_RUN, GUARDED_ACTION, PROBE_OUTCOME } from "../../workflows/messages.ts";
import { firstAttributesOf } from "../../workflows/first-attributes.ts";
import { GUARD_ACTION, GUARD_ACTOR, GUARD_RUN, GUARD_TENANT } from "../../workflows/search-attributes.ts";

export { workflowIdOf } from "../core/run-opening.ts";

/** A poller that was not heard of for so long has gone: long polls last 60 s. */
const POLLER_FRESH_MS = 70_000;

/** What the adapter needs to know besides the client. */
export interface TemporalRunsOptions {
  readonly client: Client;
  /** Base of the links into the UI, without trailing slash; absent when no UI is known. */
  readonly uiUrl: string | undefined;
  /** True when a worker of this process shares the client's connection: then a start hands it the first task at once. */
  readonly startEagerly: boolean;
}

/** Runs as Temporal workflows. */
export function createTemporalRuns({ client, uiUrl, startEagerly }: TemporalRunsOptions): Runs {
  const { namespace } = client.options;
  return {
    async start(run) {
      try {
        await client.workflow.start(GUARDED_ACTION, { ...startOptions(run), requestEagerStart: startEagerly });
      } catch (error) {
        // Another process, or an earlier try, started it: that is what was wanted.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },
    wake: (ref, vote) => client.workflow.getHandle(workflowIdOf(ref)).signal(castVote, vote),
    async cancel(ref) {
      await client.workflow.getHandle(workflowIdOf(ref)).cancel();
    },
    async compensate(run, taskQueue) {
      await client.workflow.signalWithStart(COMPENSATE_RUN, compensationOptions(run, taskQueue));
    },
    async probe(call, taskQueue) {
      await client.workflow.start(PROBE_OUTCOME, probeOptions(call, taskQueue));
    },
    async countWorkers(taskQueues) {
      const counts = await Promise.all(taskQueues.map((name) => countPollers(client.connection, namespace, name)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    missingSearchAttributes: () => listMissingSearchAttributes(client.connection, namespace),
    uiUrl(ref, temporalRunId) {
      if (uiUrl === undefined) return undefined;
      const workflow = `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowIdOf(ref))}`;
      return temporalRunId === undefined ? workflow : `${workflow}/${temporalRunId}/user-metadata`;
    },
  };
}

function startOptions(run: RunStart): WorkflowStartOptions {
  const { workflowId, taskQueue, call, memo, summary, details } = openingOf(run);
  return {
    ...{ workflowId, taskQueue, memo, args: [call] },
    workflowIdReusePolicy: "REJECT_DUPLICATE",
    workflowIdConflictPolicy: "FAIL",
    typedSearchAttributes: firstAttributesOf(call),
    staticSummary: summary,
    staticDetails: details,
  };
}

/** A question that no worker takes up in this time is answered by nobody: who asked has long gone. Our choice. */
const PROBE_ENDS_MS = 3_600_000;

/** Each question is a workflow of its own, so that it can be asked again. */
function probeOptions(call: ProbeCall, taskQueue: string): WorkflowStartOptions {
  const { tenant, invocation, action, by } = call;
  return {
    workflowId: `probe:${tenant}:${invocation}:${randomUUID()}`,
    workflowExecutionTimeout: PROBE_ENDS_MS,
    taskQueue,
    args: [call],
    typedSearchAttributes: [
      { key: GUARD_ACTION, value: action },
      { key: GUARD_TENANT, value: tenant },
    ],
    staticSummary: `Probe of ${escapeMarkdown(action)}, asked by ${escapeMarkdown(by)}`.slice(0, 200),
  };
}

/** The signal reaches a run that is there, and one that is about to end goes on for it: no request is lost between two runs. */
function compensationOptions(run: RunCompensation, taskQueue: string) {
  const { tenant, actor, run: id } = run;
  return {
    workflowId: compensationIdOf(run),
    workflowIdReusePolicy: "ALLOW_DUPLICATE" as const,
    taskQueue,
    args: [run],
    signal: askCompensation,
    signalArgs: [run] as [RunCompensation],
    typedSearchAttributes: [
      { key: GUARD_TENANT, value: tenant },
      { key: GUARD_ACTOR, value: actor },
      { key: GUARD_RUN, value: id },
    ],
    staticSummary: `Undo ${escapeMarkdown(id)} of ${escapeMarkdown(actor)}`.slice(0, 200),
  };
}

async function countPollers(connection: ConnectionLike, namespace: string, taskQueue: string): Promise<number> {
  const answer = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  const oldestMs = Date.now() - POLLER_FRESH_MS;
  return answer.pollers.filter((poller) => Number(poller.lastAccessTime?.seconds ?? 0) * 1_000 > oldestMs).length;
}
