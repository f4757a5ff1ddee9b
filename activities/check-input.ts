import type { Action } from "../src/action/action.ts";

/** Where an input doesn't fit the action's own schema, in a few words; `undefined` when it fits. */
export type InputFault = { readonly message: string } | undefined;

/** A refinement that throws says nothing of the input, and what isn't known to fit doesn't run. */
const UNCHECKED: InputFault = { message: "The action's schema could not check the input" };

/**
 * Asks the action's own schema about a frozen input.
 * @returns a promise only if the schema waits for something: it may not be awaited inside a transaction. It never rejects
 */
export function checkInput(action: Action, input: string): InputFault | Promise<InputFault> {
  try {
    // The schema's core entry says by what it returns whether it waits; `safeParse` would throw and leave a promise behind.
    const checked = action.input._zod.run({ value: JSON.parse(input) as unknown, issues: [] }, { async: true });
    return checked instanceof Promise ? checked.then(faultOf, () => UNCHECKED) : faultOf(checked);
  } catch {
    return UNCHECKED;
  }
}

function faultOf({
  issues,
}: {
  readonly issues: readonly { readonly path?: readonly PropertyKey[] | undefined }[];
}): InputFault {
  const [issue] = issues;
  if (issue === undefined) return undefined;
  const path = issue.path ?? [];
  const place = path.length === 0 ? "" : ` at /${path.map(String).join("/")}`;
  return { message: `The input${place} doesn't fit the action's schema` };
}
