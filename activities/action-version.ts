import type { Action } from "../src/action/action.ts";
import { describeAction } from "../src/action/describe-action.ts";

const versions = new WeakMap<Action, string>();

/** The version of the action that this worker has: a hash of its manifest, so another one once its schema changed. */
export function actionVersionOf(action: Action): string {
  const known = versions.get(action);
  if (known !== undefined) return known;
  const { version } = describeAction(action, "any");
  versions.set(action, version);
  return version;
}
