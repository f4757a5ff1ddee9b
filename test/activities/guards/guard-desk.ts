import { z } from "zod";
import type { Action, ActionDefinition } from "../../../src/action/action.ts";
import { defineAction } from "../../../src/action/define-action.ts";
import type { ErrorView } from "../../../src/contract/invocation.ts";
import type { InvocationRef } from "../../../src/contract/ids.ts";
import type { Step } from "../../../src/contract/run.ts";
import type { InvokeCommand } from "../../../src/gateway/gateway.ts";
import { activitiesOf, type Desk, insertVote, openDesk, perform, rowOf } from "../desk.ts";

const INPUT = z.object({ id: z.union([z.string(), z.number()]).optional(), amount: z.number().optional() });

type Definition = ActionDefinition<typeof INPUT, z.ZodType>;

/** An action `free.…` or `asked.…` whose calls are recorded at the desk. */
export function guarded(desk: () => Desk, name: string, parts: Partial<Definition>): Action {
  return defineAction<typeof INPUT>({
    ...{ name, description: "Is recorded", input: INPUT },
    execution: { mode: "inline", maxAttempts: 3 },
    run: (input, context) => {
      const act = { id: context.invocationId, attempt: context.attempt, input, context };
      desk().acts.push(act);
      return desk().behave(act);
    },
    ...parts,
  });
}

/** A desk with guarded actions of its own. */
export function openGuardDesk(
  actions: Readonly<Record<string, Partial<Definition>>>,
  options: Parameters<typeof openDesk>[0] = {},
): Promise<Desk> {
  const define = (desk: () => Desk) => Object.entries(actions).map(([name, parts]) => guarded(desk, name, parts));
  return openDesk({ ...options, actions: define });
}

/** A call of the desk's agent, or of somebody else, that was decided. */
export interface DecidedCall {
  readonly ref: InvocationRef;
  readonly step: Step;
  readonly status: string;
  readonly error: ErrorView | undefined;
}

/** Accepts a call and decides it. */
export async function call(desk: Desk, command: Partial<InvokeCommand> & { action: string }): Promise<DecidedCall> {
  const { tenant, id } = await desk.gateway.invoke(desk.admin, { input: {}, waitMs: 0, ...command });
  const ref: InvocationRef = { tenant, id: id as InvocationRef["id"] };
  const step = await perform(() => activitiesOf(desk).decideInvocation(ref));
  return readCall(desk, ref, step);
}

/** The call as its row has it now. */
export async function readCall(desk: Desk, ref: InvocationRef, step: Step): Promise<DecidedCall> {
  const { status, error } = await rowOf(desk, ref);
  return { ref, step, status, error: error === null ? undefined : (JSON.parse(error) as ErrorView) };
}

/** How a call was answered, in one word: its status, or the code that refused it. */
export async function answer(desk: Desk, command: Partial<InvokeCommand> & { action: string }): Promise<string> {
  const { status, error } = await call(desk, command);
  return error?.code ?? status;
}

/** Approves a pending call as ada. */
export async function approve(desk: Desk, ref: InvocationRef): Promise<Step> {
  await insertVote(desk, ref);
  return perform(() => activitiesOf(desk).recordVotes(ref, { canceled: false }));
}

/** Runs the action of a call that may run. */
export function execute(desk: Desk, ref: InvocationRef, attempt = 1): Promise<Step> {
  return perform(() => activitiesOf(desk).executeAction(ref), attempt);
}

/** Events of one type about a call. */
export async function eventsOf(desk: Desk, ref: InvocationRef, type: string) {
  const events = await desk.store.audit.listOfInvocation(ref.tenant, ref.id);
  return events.filter((event) => event.type === type).map((event) => event.data);
}

/** What a budget's accounts hold, in its unit, by scope. */
export async function balances(desk: Desk, name: string): Promise<Record<string, { used: number; reserved: number }>> {
  const rows = await desk.store.db.query<{ scope: string; used: number; reserved: number }>(
    "select scope, used, reserved from budget where name = $1",
    [name],
  );
  return Object.fromEntries(
    rows.map(({ scope, used, reserved }) => [scope, { used: used / 1e6, reserved: reserved / 1e6 }]),
  );
}
