import type { Action } from "../src/action/action.ts";
import { compensationOf } from "../src/action/compensation-of.ts";
import { parseInvocationId } from "../src/core/ids.ts";
import type { Store } from "../src/store/store.ts";

/** The actions, and behind each the one that undoes its calls, if it can be undone. */
export function withCompensations(
  actions: readonly Action[],
  { compensations }: Pick<Store, "compensations">,
): readonly Action[] {
  return actions.flatMap((action) => {
    const compensation = compensationOf(action, async ({ tenant, invocationId }) => {
      const id = parseInvocationId(invocationId);
      return id === undefined ? undefined : compensations.readCompensated({ tenant, id });
    });
    return compensation === undefined ? [action] : [action, compensation];
  });
}
