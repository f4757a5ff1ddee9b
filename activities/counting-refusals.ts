import type { GuardRefusal } from "../src/core/guards/refusal.ts";
import { knowing } from "./knowledge.ts";
import type { ActivityPorts } from "./ports.ts";

/** How a transaction tells of the guards' refusals. */
export interface RefusalCounter {
  /** Hears that the transaction begins, for the first time or again. */
  readonly onStart: () => void;
  /** Hears of a refusal. */
  readonly onRefused: (refusal: GuardRefusal) => void;
}

/** Runs a transaction until it knows what it has to, and counts the refusals of its last run once that has committed. */
export async function countingRefusals<Result>(
  { metrics }: ActivityPorts,
  work: (counter: RefusalCounter) => Promise<Result>,
): Promise<Result> {
  const refusals: GuardRefusal[] = [];
  const counter: RefusalCounter = {
    // A transaction that lost against another is run again, and only its last run counts.
    onStart: () => void (refusals.length = 0),
    onRefused: (refusal) => void refusals.push(refusal),
  };
  const result = await knowing(() => work(counter));
  for (const refusal of refusals) metrics?.refused(refusal);
  return result;
}
