import { z } from "zod";
import type { ApprovalTerms } from "../contract/approval-terms.ts";
import type { Action, ActionContext } from "./action.ts";
import { ActionRejected } from "./action-rejected.ts";
import { compensationName } from "./compensation-name.ts";
import { defineAction } from "./define-action.ts";

/** A call that is undone, as it really was; documents are JSON text. */
export interface CompensatedCall {
  readonly id: string;
  readonly action: string;
  /** Subject on whose behalf it ran. */
  readonly actor: string;
  /** Where it stands now. */
  readonly status: string;
  /** Whether its content is gone. */
  readonly isErased: boolean;
  /** Whether its input is the one that was decided on and ran; otherwise none is given. */
  readonly isUntouched: boolean;
  /** The input that ran. */
  readonly input: string;
  /** `null` where nobody knows an output. */
  readonly output: string | null;
}

/** Finds the call that an invocation was made to undo; none for one that was made for anything else. */
export type ReadCompensated = (context: ActionContext) => Promise<CompensatedCall | undefined>;

const INPUT = z.object({ invocation: z.string() });

/** Nobody can verify what was undone, and the time inside a workflow task is the action's own. */
const UNDONE_IN = {
  idempotent: "idempotent",
  at_most_once: "at_most_once",
  verifiable: "at_most_once",
  inline: "idempotent",
} as const;

/**
 * The action whose calls undo those of another one: as risky, for the same scopes and with the same terms of approval, but that nobody may
 * edit which call is undone. Its input names that call, whose real input and output are read when it runs.
 * @returns nothing for an action without `compensate`
 */
export function compensationOf(action: Action, read: ReadCompensated): Action | undefined {
  if (action.compensate === undefined) return undefined;
  const { risk, requiredScopes, tags, approvalRequired, approval, execution } = action;
  const defined: Action = defineAction({
    name: compensationName(action.name),
    title: `Undo: ${action.title ?? action.name}`,
    description: `Undoes an executed call of ${action.name}: ${action.description}`,
    ...{ risk, requiredScopes, tags, approvalRequired },
    execution: { ...execution, mode: UNDONE_IN[execution.mode] },
    input: INPUT,
    run: ({ invocation }, context) => undo(action, { read, invocation }, context),
  });
  const terms = approval === undefined ? {} : { approval: withoutEdits(approval) };
  return Object.freeze({ ...defined, ...terms, compensates: action.name });
}

function withoutEdits(approval: ApprovalTerms): ApprovalTerms {
  const { edit: _, ...terms } = approval;
  return Object.freeze(terms);
}

/** Which call is undone, by the input that was approved, and how it is found. */
interface Undone {
  readonly read: ReadCompensated;
  readonly invocation: string;
}

/** @throws ActionRejected when there is nothing to undo, or nobody can know any more what */
async function undo(action: Action, undone: Undone, context: ActionContext): Promise<void> {
  const call = await readCall(action, undone, context);
  if (call?.id !== undone.invocation || call.action !== action.name || call.actor !== context.actor)
    throw new ActionRejected("The input names no call that this one was made to undo");
  if (call.status !== "executed") throw new ActionRejected("The call was not executed, so there is nothing to undo");
  if (call.isErased) throw new ActionRejected("The content of the call was erased");
  if (!call.isUntouched) throw new ActionRejected("The input of the call is not the one that ran");
  const input = await action.input.safeParseAsync(JSON.parse(call.input));
  if (!input.success) throw new ActionRejected("The input of the call doesn't fit the action's schema any more");
  const { id } = call;
  await action.compensate?.(input.data, JSON.parse(call.output ?? "null"), {
    ...context,
    compensates: id,
    idempotencyKey: `compensate:${id}`,
  });
}

/** Nothing has been undone yet: what can't be read must not leave a doubt behind where a doubt is final. */
async function readCall(
  action: Action,
  { read }: Undone,
  context: ActionContext,
): Promise<CompensatedCall | undefined> {
  try {
    return await read(context);
  } catch (error) {
    if (UNDONE_IN[action.execution.mode] !== "at_most_once") throw error;
    throw new ActionRejected("The call that is to be undone can't be read right now");
  }
}
