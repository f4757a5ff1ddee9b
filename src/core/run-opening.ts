import type { RunCompensation } from "../contract/compensation.ts";
import type { InvocationRef } from "../contract/ids.ts";
import type { RunOpening } from "../contract/run.ts";
import { sha256Hex } from "./digest.ts";
import { escapeMarkdown } from "./markdown.ts";

/** Bytes of redacted input that a run's first page shows; the whole stands in the store. Our choice: a screenful. */
const MAX_SHOWN_INPUT_BYTES = 4_096;

/** Members of the input, and characters of each, that the details list; our choice, a screenful as well. */
const MAX_LISTED_MEMBERS = 20;
const MAX_LISTED_CHARACTERS = 200;

/** Characters of an actor and a run in an id; our choice, far below what Temporal takes. */
const MAX_READABLE_ID_LENGTH = 600;

/** What is known of a call whose run is to be started; all of it redacted. */
export interface OpenedCall {
  readonly ref: InvocationRef;
  readonly taskQueue: string;
  readonly action: string;
  readonly actor: string;
  readonly run: string | undefined;
  readonly reason: string | undefined;
  readonly digest: string;
  /** Redacted input. */
  readonly input: unknown;
}

/** The id under which an invocation's run is known in Temporal. Wire name. */
export function workflowIdOf(ref: InvocationRef): string {
  return `guard:${ref.tenant}:${ref.id}`;
}

/**
 * The id of what undoes the calls of an agent's run in Temporal: one for each tenant, actor and run. Wire name. Ids of runs hold any text;
 * a long one is told by its hash, since Temporal takes 1,000 bytes.
 */
export function compensationIdOf({ tenant, actor, run }: Pick<RunCompensation, "tenant" | "actor" | "run">): string {
  const place = `${encodeURIComponent(actor)}:${encodeURIComponent(run)}`;
  return `compensate:${tenant}:${place.length <= MAX_READABLE_ID_LENGTH ? place : sha256Hex(place)}`;
}

/** How the run of a call is started, whoever starts it. */
export function openingOf(opened: OpenedCall): RunOpening {
  const { ref, taskQueue, action, actor, run, reason, digest, input } = opened;
  return {
    workflowId: workflowIdOf(ref),
    taskQueue,
    call: {
      action,
      actor,
      ...(run === undefined ? {} : { run }),
      ...(reason === undefined ? {} : { reason }),
      input: shorten(input),
      digest,
      tenant: ref.tenant,
      invocation: ref.id,
    },
    memo: { title: `${action} for ${actor}`, digest },
    // The UI reads the summary as Markdown too. Ordinary names have nothing to escape.
    summary: `${escapeMarkdown(action)} for ${escapeMarkdown(actor)}`.slice(0, 200),
    details: describeCall(opened),
  };
}

/** Markdown of what an approver has to know: what, for whom, with what and why. */
function describeCall({ action, actor, reason, input, digest }: OpenedCall): string {
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
