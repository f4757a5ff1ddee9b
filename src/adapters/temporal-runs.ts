import {
  type Client,
  type ConnectionLike,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowStartOptions,
} from "@temporalio/client";
import proto from "@temporalio/proto";
import type { InvocationRef } from "../contract/ids.ts";
import type { GuardedCall } from "../contract/run.ts";
import { escapeMarkdown } from "../core/markdown.ts";
import type { Runs, RunStart } from "../gateway/ports.ts";
import { castVote, GUARDED_ACTION } from "../../workflows/messages.ts";
import { GUARD_ACTION, GUARD_ACTOR, GUARD_RUN, GUARD_STATE, GUARD_TENANT } from "../../workflows/search-attributes.ts";

/** Bytes of redacted input that a run's first page shows; the whole stands in the store. Our choice: a screenful. */
const MAX_SHOWN_INPUT_BYTES = 4_096;

/** Members of the input, and characters of each, that the details list; our choice, a screenful as well. */
const MAX_LISTED_MEMBERS = 20;
const MAX_LISTED_CHARACTERS = 200;

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

/** The id under which an invocation's run is known in Temporal. Wire name. */
export function workflowIdOf(ref: InvocationRef): string {
  return `guard:${ref.tenant}:${ref.id}`;
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
    async countWorkers(taskQueues) {
      const counts = await Promise.all(taskQueues.map((name) => countPollers(client.connection, namespace, name)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    uiUrl(ref, temporalRunId) {
      if (uiUrl === undefined) return undefined;
      const workflow = `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowIdOf(ref))}`;
      return temporalRunId === undefined ? workflow : `${workflow}/${temporalRunId}/user-metadata`;
    },
  };
}

function startOptions(run: RunStart): WorkflowStartOptions {
  const { ref, action, actor, digest } = run;
  const call: GuardedCall = {
    action,
    actor,
    ...(run.run === undefined ? {} : { run: run.run }),
    ...(run.reason === undefined ? {} : { reason: run.reason }),
    input: shorten(run.input),
    digest,
    tenant: ref.tenant,
    invocation: ref.id,
  };
  return {
    workflowId: workflowIdOf(ref),
    workflowIdReusePolicy: "REJECT_DUPLICATE",
    workflowIdConflictPolicy: "FAIL",
    taskQueue: run.taskQueue,
    args: [call],
    memo: { title: `${action} for ${actor}`, digest },
    typedSearchAttributes: [
      { key: GUARD_STATE, value: "accepted" },
      { key: GUARD_ACTION, value: action },
      { key: GUARD_TENANT, value: ref.tenant },
      { key: GUARD_ACTOR, value: actor },
      ...(run.run === undefined ? [] : [{ key: GUARD_RUN, value: run.run }]),
    ],
    // The UI reads the summary as Markdown too. Ordinary names have nothing to escape.
    staticSummary: `${escapeMarkdown(action)} for ${escapeMarkdown(actor)}`.slice(0, 200),
    staticDetails: describeCall(run),
  };
}

/** Markdown of what an approver has to know: what, for whom, with what and why. */
function describeCall({ action, actor, reason, input, digest }: RunStart): string {
  return [
    `**${escapeMarkdown(action)}** for ${escapeMarkdown(actor)}`,
    ...listMembers(input),
    ...(reason === undefined ? [] : [`Reason: ${escapeMarkdown(reason)}`]),
    `Digest: ${digest}`,
  ].join("\n\n");
}

function listMembers(input: unknown): string[] {
  const members = Object.entries(typeof input === "object" && input !== null ? input : {});
  const lines = members.slice(0, MAX_LISTED_MEMBERS).map(([name, value]) => {
    const text = escapeMarkdown(JSON.stringify(value), { maxLength: MAX_LISTED_CHARACTERS });
    return `- ${escapeMarkdown(name, { maxLength: MAX_LISTED_CHARACTERS })}: ${text}`;
  });
  const hiddenCount = members.length - lines.length;
  if (hiddenCount > 0) lines.push(`- and ${hiddenCount} more`);
  return lines.length === 0 ? [] : [lines.join("\n")];
}

function shorten(input: unknown): unknown {
  const text = JSON.stringify(input);
  return Buffer.byteLength(text) <= MAX_SHOWN_INPUT_BYTES ? input : `${text.slice(0, MAX_SHOWN_INPUT_BYTES)}…`;
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
