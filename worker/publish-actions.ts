import { actionVersionOf } from "../activities/action-version.ts";
import type { Action } from "../src/action/action.ts";
import { describeAction } from "../src/action/describe-action.ts";
import { waitFor, type Waiting } from "../src/adapters/wait-for.ts";
import type { Log } from "../src/gateway/ports.ts";
import type { Store } from "../src/store/store.ts";
import type { WorkerSign } from "../src/store/workers.ts";
import { checkOpenInputs } from "./check-open-inputs.ts";

/** What a worker's actions are published with. */
export interface Publication {
  readonly store: Store;
  readonly log: Log;
  readonly actions: readonly Action[];
  /** The worker that has them. */
  readonly sign: WorkerSign;
  /** Publish although inputs of open calls don't fit the actions' schemas; default false. */
  readonly acceptIncompatible?: boolean;
  /** How a store that is away is waited for; without it that is an error. */
  readonly waiting?: Waiting;
}

/** The version of each action, by its name. */
export function versionsOf(actions: readonly Action[]): Readonly<Record<string, string>> {
  return Object.fromEntries(actions.map((action) => [action.name, actionVersionOf(action)]));
}

/**
 * Publishes the actions, once it is known that open calls fit them. The worker signs its presence first: whoever is asked for a version
 * from then on is known to have a worker for it, and older workers leave its calls to that one.
 * @throws invalid_request for open calls that the schemas don't take any more
 */
export function publishActions({ acceptIncompatible = false, ...publication }: Publication): Promise<void> {
  const { store, log, actions, sign, waiting } = publication;
  const attempt = async (): Promise<void> => {
    await checkOpenInputs({ store, actions, log, acceptIncompatible });
    await store.workers.sign(sign);
    await store.manifests.publish(actions.map((action) => describeAction(action, sign.taskQueue)));
  };
  if (waiting === undefined) return attempt();
  return waitFor({ what: "the actions' publication", attempt, isTemporary: store.isUnavailable }, waiting);
}

/** Publishes again those actions whose current version no worker has any more: the release that had it was taken back. */
export async function takeBackActions({ store, log, actions, sign }: Publication): Promise<void> {
  const unserved = new Set(await store.manifests.listUnserved(actions.map(({ name }) => name)));
  const back = actions.filter(({ name }) => unserved.has(name));
  if (back.length === 0) return;
  await store.manifests.publish(back.map((action) => describeAction(action, sign.taskQueue)));
  log("info", "Published again what no other worker has any more", { actions: back.map(({ name }) => name) });
}
