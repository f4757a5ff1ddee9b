import type { Action } from "../src/action/action.ts";
import type { ApprovalTerms } from "../src/contract/approval-terms.ts";
import type { Approver } from "../src/core/approval/eligibility.ts";
import { approverSearchOf, limitElectorate, SEARCHED_APPROVERS } from "../src/core/approval/shortage.ts";
import { checkInput, type InputFault } from "./check-input.ts";
import type { ActivityPorts } from "./ports.ts";

/** Thrown inside a transaction that has to know what it must not wait for: it is rolled back, and run again once that is known. */
class Missing extends Error {
  readonly find: () => Promise<void>;

  constructor(find: () => Promise<void>) {
    super("Something must be found out before the transaction can go on");
    this.find = find;
  }
}

/** People whom the approvers of some terms may be, as far as they were looked at. */
export type Circle = ReturnType<typeof limitElectorate>;

/**
 * What is known of the world outside the database while one step is decided. Asked inside a transaction under {@link knowing}
 * for something that isn't known yet, it breaks the transaction off; the next run of it finds the answer here.
 */
export interface Knowledge {
  /** What the action's schema says of an input, canonical JSON. */
  checkInput(action: Action, input: string): InputFault;
  /** A person's present rights; somebody unknown has no more than a name. */
  person(subject: string): Approver;
  /** Everybody whom these terms may mean. */
  circle(terms: ApprovalTerms): Circle;
  /** Finds out about these people beforehand. */
  meet(subjects: readonly string[]): Promise<void>;
}

/** Knows nothing yet. One for each step: people's rights are never older than it. */
export function createKnowledge({ directory }: Pick<ActivityPorts, "directory">, tenant: string): Knowledge {
  const faults = new Map<string, InputFault>();
  const people = new Map<string, Approver>();
  const circles = new Map<string, Circle>();

  async function meet(subjects: readonly string[]): Promise<void> {
    const strangers = subjects.filter((subject) => !people.has(subject));
    if (strangers.length === 0) return;
    const found = await directory.find(tenant, strangers);
    for (const subject of strangers) people.set(subject, found.get(subject) ?? { subject, roles: [], groups: [] });
  }

  async function findCircle(key: string, names: readonly string[] | undefined): Promise<void> {
    circles.set(key, limitElectorate(await directory.search(tenant, names, SEARCHED_APPROVERS)));
  }

  return {
    checkInput(action, input) {
      if (faults.has(input)) return faults.get(input);
      const fault = checkInput(action, input);
      if (fault instanceof Promise) throw new Missing(async () => void faults.set(input, await fault));
      faults.set(input, fault);
      return fault;
    },
    person(subject) {
      const person = people.get(subject);
      if (person === undefined) throw new Missing(() => meet([subject]));
      return person;
    },
    circle(terms) {
      const names = approverSearchOf(terms);
      const key = JSON.stringify(names ?? null);
      const circle = circles.get(key);
      if (circle === undefined) throw new Missing(() => findCircle(key, names));
      return circle;
    },
    meet,
  };
}

/** Runs what asks a {@link Knowledge} inside its transaction, as often as it takes until everything is known. */
export async function knowing<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      await error.find();
    }
  }
}
