import { CountersignError } from "../core/countersign-error.ts";
import { answerVote, handInVote, type VotingDesk } from "./cast-vote.ts";
import type { AddressedBallot, BatchedAnswer, Caller } from "./gateway.ts";
import { translateStoreError } from "./store-errors.ts";

/** Approvals of one batch that are written to at the same time. Our choice: a batch must not take every connection to the database. */
const MAX_AT_ONCE = 16;

/** A vote of a batch and its place in it. */
interface PlacedBallot {
  readonly index: number;
  readonly ballot: AddressedBallot;
}

/**
 * Hands in many votes, each by itself, and gives the answers in the order sent. Votes on one approval are kept in that order; all of
 * them together wait no longer for their judgement than one alone.
 */
export async function voteBatch(
  desk: VotingDesk,
  caller: Caller,
  votes: readonly AddressedBallot[],
): Promise<readonly BatchedAnswer[]> {
  const answers: Promise<BatchedAnswer>[] = [];
  const queue = groupById(votes).values();
  const handInGroups = async (): Promise<void> => {
    for (const group of queue) {
      for (const { index, ballot } of group) {
        const kept = await settle(handInVote(desk, caller, ballot));
        answers[index] = answerAlone(desk, ballot, kept);
      }
    }
  };
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, handInGroups));
  return Promise.all(answers);
}

type Settled<Value> = { readonly value: Value } | { readonly error: unknown };

async function answerAlone(
  desk: VotingDesk,
  { id }: AddressedBallot,
  kept: Settled<Parameters<typeof answerVote>[1]>,
): Promise<BatchedAnswer> {
  const answered = "error" in kept ? kept : await settle(answerVote(desk, kept.value));
  return "error" in answered ? { id, error: toError(desk, id, answered.error) } : { id, answer: answered.value };
}

function settle<Value>(work: Promise<Value>): Promise<Settled<Value>> {
  return work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** What one vote ran into, without the others: a fault that nobody foresaw says nothing of itself but in the log. */
function toError({ context }: VotingDesk, invocation: string, error: unknown): CountersignError {
  const translated = translateStoreError(error, context.store);
  if (translated instanceof CountersignError) return translated;
  context.log("error", "A vote of a batch failed", { invocation, error: describeFault(error) });
  return new CountersignError("internal", "An unexpected fault on our side");
}

/** A driver's text may repeat what it was given to write, and an edit's values are real ones. */
function describeFault(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Error)) return { name: typeof error };
  return { name: error.name, ...("code" in error && typeof error.code === "string" ? { code: error.code } : {}) };
}

/** Votes by approval, each in the order sent. */
function groupById(votes: readonly AddressedBallot[]): PlacedBallot[][] {
  const groups = new Map<string, PlacedBallot[]>();
  for (const [index, ballot] of votes.entries()) {
    const group = groups.get(ballot.id) ?? [];
    group.push({ index, ballot });
    groups.set(ballot.id, group);
  }
  return [...groups.values()];
}
