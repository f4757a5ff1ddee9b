import type { Action } from "./action.ts";
import type { ActionTerms } from "./action-limits.ts";
import { createFault } from "./definition-fault.ts";
import { readActionLimits } from "./read-action-limits.ts";

/** What was read of an action, which is frozen: each is read once. */
const KNOWN = new WeakMap<object, { readonly terms: ActionTerms | undefined }>();

/**
 * An action's own limits in the form that policy uses; `undefined` for an action without any.
 * `facts` is there if and only if the action proves some.
 * @throws invalid_request for limits that `defineAction` has never seen and would refuse
 */
export function limitTermsOf(action: Action): ActionTerms | undefined {
  const known = KNOWN.get(action);
  if (known !== undefined) return known.terms;
  const terms = readActionLimits({ limits: action.limits, proves: action.proves }, createFault(action.name));
  KNOWN.set(action, { terms });
  return terms;
}
