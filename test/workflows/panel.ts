import { vi } from "vitest";
import type { Action } from "../../src/action/action.ts";
import type { AuditEvent, AuditType } from "../../src/contract/audit.ts";
import type { InvocationView } from "../../src/contract/invocation.ts";
import type { Ballot, Caller, VoteAnswer } from "../../src/gateway/gateway.ts";
import { startGuard, type TestGuard } from "../support/guard.ts";

/** A guard with an agent who asks and people who vote, by their names. */
export interface Panel<Name extends string> {
  readonly guard: TestGuard;
  readonly agent: Caller;
  readonly people: Readonly<Record<Name, Caller>>;
  /** Calls an action for the agent, as test actions are called. */
  ask(action: string, text?: string): Promise<InvocationView>;
  /** Lets somebody vote; approves unless told. */
  vote(name: Name, view: Pick<InvocationView, "id">, ballot?: Partial<Ballot>): Promise<VoteAnswer>;
  /** What was recorded of a call, of these types only where any are named. */
  listEvents(view: Pick<InvocationView, "id">, ...types: AuditType[]): Promise<readonly AuditEvent[]>;
  /** Waits until something of a type was recorded of a call, and gives the first. */
  waitForEvent(view: Pick<InvocationView, "id">, type: AuditType): Promise<AuditEvent>;
}

/** The groups of everybody on a panel. */
type Seats<Name extends string> = Readonly<Record<Name, readonly string[]>>;

/** Starts a guard and seats people in their groups. */
export async function openPanel<Name extends string>(
  seats: Seats<Name>,
  { actions, policy }: { readonly actions: readonly Action[]; readonly policy: string },
): Promise<Panel<Name>> {
  const guard = await startGuard(actions, policy);
  const agent = await guard.caller({ subject: "agent", kind: "agent" });
  const entries = Object.entries<readonly string[]>(seats).map(async ([subject, groups]) => {
    const permissions = ["approve", "read"] as const;
    return [subject, await guard.caller({ subject, groups: [...groups], permissions: [...permissions] })] as const;
  });
  const people = Object.fromEntries(await Promise.all(entries)) as Record<Name, Caller>;
  const listEvents: Panel<Name>["listEvents"] = async ({ id }, ...types) => {
    const events = await guard.gateway.listInvocationEvents(guard.admin, id);
    return types.length === 0 ? events : events.filter(({ type }) => types.includes(type));
  };
  return {
    ...{ guard, agent, people, listEvents },
    ask: (action, text = "please") => guard.gateway.invoke(agent, { action, input: { text } }),
    vote: (name, { id }, ballot = {}) => guard.gateway.vote(people[name], id, { decision: "approve", ...ballot }),
    waitForEvent: (view, type) =>
      vi.waitFor(
        async () => {
          const [event] = await listEvents(view, type);
          if (event === undefined) throw new Error(`No ${type} was recorded`);
          return event;
        },
        { timeout: 15_000 },
      ),
  };
}
