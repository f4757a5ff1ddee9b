import type { FactCapacity, FactRequirement } from "../src/contract/policy.ts";
import type { Action } from "../src/action/action.ts";
import { judgeCapacity, judgeFacts, refuseClosedSession, requiredFactsOf } from "../src/core/guards/facts.ts";
import type { GuardedCallFacts } from "../src/core/guards/guarded-call.ts";
import { type ProvenFact, readFacts } from "../src/core/guards/read-facts.ts";
import { type GuardRefusal, isRefusal } from "../src/core/guards/refusal.ts";
import { DEFAULT_FACT_CAPACITY } from "../src/core/policy/document/limit-values.ts";
import { readSession } from "../src/core/session.ts";
import type { FactPlace, FoundFacts } from "../src/store/facts.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";

/** What a call needs of its session. */
export interface FactCheck {
  readonly call: GuardedCallFacts;
  /** Facts that must be proven; none for most actions. */
  readonly requires: readonly FactRequirement[];
  /** How many facts the session may hold; the default unless a limit says so. */
  readonly capacity: FactCapacity | undefined;
  /** Whether the action proves something when it is executed, so that there must be room for it. */
  readonly proves: boolean;
}

/** What is to be looked up in a call's session, and what it means for the call. */
export interface FactQuestion {
  readonly place: FactPlace;
  /** Keys of the facts that must be there. */
  readonly keys: readonly string[];
  /** Refuses a call whose session has not proven what the action requires, or is too full for what the action proves. */
  readonly judge: (found: FoundFacts) => GuardRefusal | undefined;
}

/** What a call needs to know of its session; nothing for an action that neither requires nor proves. Refuses what no session can prove. */
export function questionFacts({
  call,
  requires,
  capacity = DEFAULT_FACT_CAPACITY,
  proves,
}: FactCheck): FactQuestion | GuardRefusal | undefined {
  const required = requiredFactsOf(requires, call);
  if (isRefusal(required)) return required;
  const { session, tenant, actor } = call;
  const needsRoom = proves && capacity.onFull === "refuse";
  // What is proven outside of a session is proven for nobody, so it needs no room.
  if (session === undefined || (required.length === 0 && !needsRoom)) return undefined;
  return {
    place: { tenant, actor, ...session },
    keys: required.flatMap(({ key }) => key ?? []),
    judge: ({ isClosed, proven, held }) => {
      if (isClosed) return required.length === 0 ? undefined : refuseClosedSession();
      return judgeFacts(required, proven) ?? (needsRoom ? judgeCapacity(capacity, held) : undefined);
    },
  };
}

/** Facts that an executed call has proven. */
export interface FactRecord {
  readonly row: LockedInvocation;
  readonly facts: readonly ProvenFact[];
  /** How many facts the session may hold; the default unless a limit says so. */
  readonly capacity: FactCapacity | undefined;
}

/**
 * Keeps what an executed call has proven in its session, in the transaction that records the outcome. Locks the session's row.
 * @returns what to record about it; absent when there was nothing to keep or no session to keep it in
 */
export async function recordFacts(
  tx: TransactionTables,
  { row, facts, capacity = DEFAULT_FACT_CAPACITY }: FactRecord,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const session = readSession(JSON.parse(row.session ?? "null"));
  if (session === undefined || facts.length === 0) return undefined;
  const place = { tenant: row.tenant, actor: row.actor, ...session };
  const { stored, dropped, kinds } = await tx.facts.prove(place, facts, { invocation: row.id, max: capacity.max });
  return { session: session.id, scope: session.scope, proven: stored, dropped, kinds };
}

/** What an executed call has proven; or why that can't be known, without a value, and what was thrown. */
export type ProvenByAction =
  { readonly facts: readonly ProvenFact[] } | { readonly fault: string; readonly error?: unknown };

/**
 * Asks an action what an executed call has proven. The action has run, so whatever goes wrong here changes nothing of its outcome:
 * then nothing is proven. Never rejects. Not inside a transaction: the input's schema may wait for something.
 * @param action the action; one without `proves` has proven nothing
 * @param output as it was recorded, parsed from JSON
 * @param input as it is kept, parsed from JSON; the action's schema makes of it what `run` was given
 */
export async function factsProvenBy(action: Action, output: unknown, input: unknown): Promise<ProvenByAction> {
  if (action.proves === undefined) return { facts: [] };
  try {
    const parsed = await action.input.safeParseAsync(input);
    if (!parsed.success) return { fault: "The input doesn't fit the action's schema any more" };
    const proved: unknown = action.proves(output, parsed.data);
    // Nobody waits for a promise here, so nobody would hear that it was rejected.
    if (proved instanceof Promise) proved.catch(() => undefined);
    return readFacts(proved);
  } catch (error) {
    return { fault: "`proves` threw an error", error };
  }
}
