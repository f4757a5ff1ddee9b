import type { ErrorView } from "../src/contract/invocation.ts";
import type { ExecutionOptions } from "../src/contract/manifest.ts";
import { MAX_INPUT_BYTES } from "../src/contract/limits.ts";
import type { RecordedVerdict, VerdictView } from "../src/contract/policy.ts";
import type { ClosedStatus, ClosedStep, ExecuteStep, RunResult, WaitStep } from "../src/contract/run.ts";
import type { Action } from "../src/action/action.ts";
import { limitExecution, type LimitedRow, limitsOf } from "../src/core/guards/charges.ts";
import { escapeMarkdown } from "../src/core/markdown.ts";
import { tallyVotes } from "../src/core/approval/count-votes.ts";
import { currentApprovers, deadlineOf, nextChangeAtMs } from "../src/core/approval/clocks.ts";
import type { ApprovalState, ResolvedApproval } from "../src/core/approval/state.ts";
import type { InvocationRow } from "../src/store/invocations.ts";

/** Bytes of redacted output that go into history; a longer one is left to the store. Our choice: an output at its limit still fits. */
const MAX_HISTORY_OUTPUT_BYTES = MAX_INPUT_BYTES;

/** Characters of a later round's redacted input in the run's details. Our choice. */
const MAX_SHOWN_INPUT_CHARS = 2_000;

/** The step that waits for people until the approval changes by itself. */
export function waitStep(row: InvocationRow, state: ApprovalState, nowMs: number): WaitStep {
  const decideBy = new Date(deadlineOf(state)).toISOString();
  const wakeAtMs = nextChangeAtMs(state) ?? nowMs;
  const verdict = verdictOf(row);
  return {
    kind: "wait",
    waitMs: Math.max(1, wakeAtMs - nowMs),
    wakeAtMs,
    decideBy,
    summary: `Decide by ${decideBy}`,
    details: [
      `**Waiting for approval** until ${decideBy}${describeStage(state)}`,
      `May approve: ${currentApprovers(state, nowMs)
        .map((name) => escapeMarkdown(name))
        .join(", ")}`,
      ...(verdict === undefined ? [] : [`Why: ${escapeMarkdown(verdict.reason)}`]),
      ...describeInput(row),
      `Digest: ${row.digest}`,
    ].join("\n\n"),
  };
}

/** The first page of the run shows the input that was sent; what is decided on in a later round stands here, cut short when it is long. */
function describeInput({ round, input_view }: InvocationRow): string[] {
  if (round === 1) return [];
  const view =
    input_view.length > MAX_SHOWN_INPUT_CHARS ? `${input_view.slice(0, MAX_SHOWN_INPUT_CHARS)} …` : input_view;
  return [`Input of round ${round}: ${escapeMarkdown(view)}`];
}

/** Which of several stages is open, and how far it is. */
function describeStage({ terms: { stages }, progress, counted }: ApprovalState): string {
  const stage = stages[progress.stage];
  if (stage === undefined || (stages.length === 1 && stage.approve === 1)) return "";
  const name = stage.name === undefined ? "" : ` (${escapeMarkdown(stage.name)})`;
  const place = stages.length === 1 ? "" : `, stage ${progress.stage + 1} of ${stages.length}${name}`;
  return `${place}, ${tallyVotes(counted).approve} of ${stage.approve} approvals`;
}

/** A call that waits for a breaker and whose approval has no end waits so long at most. Our choice: an outage over a night. */
const MAX_BREAKER_WAIT_MS = 86_400_000;

/** Who let a call run, and how long it may wait until it does. */
export interface Release {
  /** Who approved; nobody, where policy allowed. */
  readonly by: readonly string[];
  /** Milliseconds until the approval is void; absent where it has no end. */
  readonly executeInMs?: number | undefined;
  /** Its times and counts, where they are known already. */
  readonly execution?: ExecutionOptions | undefined;
}

/** The step that executes the action. */
export function executeStep(row: InvocationRow, action: Action, release: Release): ExecuteStep {
  const { by, executeInMs, execution = executionOf(row, action) } = release;
  const mayWait = by.length > 0 && limitsOf(row)?.breaker !== undefined;
  const { mode, attemptTimeoutMs, totalTimeoutMs, maxAttempts, heartbeatTimeoutMs } = execution;
  const approved =
    by.length === 0 ? "**Allowed**" : `**Approved** by ${by.map((name) => escapeMarkdown(name)).join(", ")}`;
  return {
    kind: "execute",
    execution: { mode, attemptTimeoutMs, totalTimeoutMs, maxAttempts, heartbeatTimeoutMs },
    ...(mayWait ? { waitMs: Math.max(0, executeInMs ?? MAX_BREAKER_WAIT_MS) } : {}),
    summary: `Run ${row.action}`,
    details: `${approved}, running\n\nDigest: ${row.digest}`,
  };
}

/** What a resolution lets run, as of now. */
export function releaseOf({ by, executeByAtMs }: ResolvedApproval, nowMs: number): Release {
  return { by, ...(executeByAtMs === undefined ? {} : { executeInMs: executeByAtMs - nowMs }) };
}

/** The action's times and counts, within what limits the call. */
export function executionOf(row: LimitedRow, action: Action): ExecutionOptions {
  return limitExecution(action.execution, limitsOf(row)?.timeout);
}

/** The step of a row that is closed, from what the row says. */
export function closedStep(row: ClosedRow): ClosedStep {
  const verdict = verdictOf(row);
  const error = row.error === null ? undefined : (JSON.parse(row.error) as ErrorView);
  const result: RunResult = {
    status: row.status as ClosedStatus,
    ...(verdict === undefined ? {} : { verdict }),
    ...(row.output_view === null || Buffer.byteLength(row.output_view) > MAX_HISTORY_OUTPUT_BYTES
      ? {}
      : { output: JSON.parse(row.output_view) as unknown }),
    ...(error === undefined ? {} : { error }),
  };
  const end = describeEnd(row, error?.message ?? verdict?.reason);
  const details = [`**${titleOf(result.status)}**`, ...(end === undefined ? [] : [end]), `Digest: ${row.digest}`];
  return { kind: "closed", result, details: details.join("\n\n") };
}

/** What it gave when it was executed, otherwise why there is nothing. */
function describeEnd({ status, output_view }: ClosedRow, why: string | undefined): string | undefined {
  if (status === "executed") return output_view === null ? undefined : `Result: ${escapeMarkdown(output_view)}`;
  return why === undefined ? undefined : escapeMarkdown(why);
}

/** What {@link closedStep} reads of a row. */
export type ClosedRow = Pick<InvocationRow, "status" | "verdict" | "output_view" | "error" | "digest">;

function verdictOf(row: Pick<InvocationRow, "verdict">): VerdictView | undefined {
  if (row.verdict === null) return undefined;
  const { effect, rule, reason, policyVersion } = JSON.parse(row.verdict) as RecordedVerdict;
  return rule === undefined ? { effect, reason, policyVersion } : { effect, rule, reason, policyVersion };
}

function titleOf(status: ClosedStatus): string {
  return status.charAt(0).toUpperCase() + status.slice(1);
}
