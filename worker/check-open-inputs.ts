import { checkInput } from "../activities/check-input.ts";
import { actionVersionOf } from "../activities/action-version.ts";
import type { Action } from "../src/action/action.ts";
import { CountersignError } from "../src/core/countersign-error.ts";
import type { Log } from "../src/gateway/ports.ts";
import type { Store } from "../src/store/store.ts";

/** Inputs of each action that are looked at at most, so that a start stays short. Our choice: ten thousand take a second or two. */
const MAX_INPUTS = 100_000;
/** Inputs read at once. */
const PAGE_INPUTS = 1_000;
/** Calls named of each action. */
const NAMED_CALLS = 3;

/** What the check needs. */
export interface OpenInputCheck {
  readonly store: Pick<Store, "openInputs">;
  readonly actions: readonly Action[];
  readonly log: Log;
  /** Tell of inputs that don't fit, and go on. */
  readonly acceptIncompatible: boolean;
}

/** What was found out about the open calls of one action that began under another version of it. */
export interface Misfits {
  readonly action: string;
  /** How many don't fit its present schema. */
  readonly count: number;
  /** The first of them. */
  readonly ids: readonly string[];
  /** How many were looked at, where there are more than that. */
  readonly onlyLookedAt?: number;
}

/**
 * Looks whether the inputs of open calls, which people may have approved already, still fit the schemas of actions that have changed
 * since. Such a call could only be refused.
 * @throws invalid_request naming the actions, how many calls, and some of them, unless that is accepted; also for an action with more open
 * calls than are looked at
 */
export async function checkOpenInputs(check: OpenInputCheck): Promise<void> {
  const misfits = await findMisfits(check);
  if (misfits.length === 0) return;
  const message = misfits.map(describeMisfits).join("; ");
  if (!check.acceptIncompatible) {
    throw new CountersignError(
      "invalid_request",
      `${message}; let them end first, keep the schema compatible, or start with --accept-incompatible`,
      { details: { misfits } },
    );
  }
  check.log("warn", `${message}; those that don't fit will be refused`, { misfits });
}

function describeMisfits({ action, count, ids, onlyLookedAt }: Misfits): string {
  const calls = count === 1 ? "1 open call" : `${count} open calls`;
  const named = `${ids.join(", ")}${count > ids.length ? ", …" : ""}`;
  const unfit = `This worker's schema doesn't take the inputs of ${calls} of ${action} (${named})`;
  const unseen = `${action} has more open calls of other versions than the ${onlyLookedAt} that were looked at`;
  return [...(count > 0 ? [unfit] : []), ...(onlyLookedAt === undefined ? [] : [unseen])].join("; ");
}

/** Looks at each action by itself, so that one with many open calls hides no other. */
async function findMisfits(check: OpenInputCheck): Promise<readonly Misfits[]> {
  const { store, actions } = check;
  const versions = actions.map((action) => ({ name: action.name, version: actionVersionOf(action) }));
  const changed = new Set(await store.openInputs.listActions(versions));
  const found: Misfits[] = [];
  for (const action of actions.filter(({ name }) => changed.has(name))) {
    const misfits = await findMisfitsOf(check, action);
    if (misfits.count > 0 || misfits.onlyLookedAt !== undefined) found.push(misfits);
  }
  return found;
}

async function findMisfitsOf({ store, log }: OpenInputCheck, action: Action): Promise<Misfits> {
  const { openInputs } = store;
  const ids: string[] = [];
  let [looked, count, unreadable] = [0, 0, 0];
  const version = { name: action.name, version: actionVersionOf(action) };
  for await (const { ref, input } of openInputs.read([version], PAGE_INPUTS)) {
    if (looked === MAX_INPUTS) return { action: action.name, count, ids, onlyLookedAt: looked };
    looked += 1;
    // Its key is missing here: nobody can tell whether it fits, and no other call shall wait for that.
    if (input === undefined) {
      unreadable += 1;
      continue;
    }
    if ((await checkInput(action, input)) === undefined) continue;
    count += 1;
    if (ids.length < NAMED_CALLS) ids.push(ref.id);
  }
  if (unreadable > 0) {
    log("warn", "Inputs of open calls can't be read for want of their key", { action: action.name, unreadable });
  }
  return { action: action.name, count, ids };
}
