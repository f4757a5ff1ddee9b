import type { EditRequest } from "../../contract/approval.ts";
import { canonicalJson } from "../canonical.ts";
import { findJsonFault } from "../json-guard.ts";
import { isPointerInside, overlaps, parsePointer } from "../policy/document/pointers.ts";

/** An input as an edit wants it, or why that can't be had, as a sentence without any value of the input. */
export type EditedInput = { readonly input: unknown } | { readonly fault: string };

/** Places that one edit may name. Our choice: more than a person reviews. */
export const MAX_EDITED_PLACES = 100;

/**
 * What is wrong with the places that an edit names, whatever the input: none or too many of them, no JSON pointer, the whole input,
 * or one within another, since the result would depend on their order. `undefined` when nothing is. Whether the terms allow them
 * is not looked at.
 */
export function checkEditPointers(edit: Readonly<EditRequest>): string | undefined {
  const pointers = Object.keys(edit);
  if (pointers.length === 0) return "The edit names no place";
  if (pointers.length > MAX_EDITED_PLACES) return `An edit names at most ${MAX_EDITED_PLACES} places`;
  const misplaced = pointers.find((pointer) => !isPointerInside(pointer));
  if (misplaced !== undefined) return `The edit names ${misplaced || "the whole input"}, which is no place inside it`;
  const doubled = pointers.find((pointer) => pointers.some((other) => other !== pointer && overlaps(pointer, other)));
  return doubled === undefined ? undefined : `The edit names ${doubled} and a place within it`;
}

/**
 * Changes an input at the places that an edit names: members of objects are set, also new ones, items of lists are replaced, and
 * `-` appends one. Nothing is removed, what should hold a new member must be there, and something must change.
 * Nothing of what is given is changed; parts that no pointer leads into are shared with the answer.
 */
export function applyEdit(input: unknown, edit: Readonly<EditRequest>): EditedInput {
  const misplaced = checkEditPointers(edit);
  if (misplaced !== undefined) return { fault: misplaced };
  let edited = input;
  for (const [pointer, value] of Object.entries(edit)) {
    const keys = parsePointer(pointer);
    edited = keys && withPlace(edited, keys, value);
    if (edited === undefined) return { fault: `The input has no place for ${pointer}` };
  }
  const fault = findJsonFault(edited);
  if (fault !== undefined) return { fault: `The edited input at ${fault.pointer || "its top"} ${fault.message}` };
  return canonicalJson(edited) === canonicalJson(input) ? { fault: "The edit changes nothing" } : { input: edited };
}

/** A copy in which the value stands where the keys lead; `undefined` when nothing there could hold it. */
function withPlace(container: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(container)) {
    const items: readonly unknown[] = container;
    if (key === "-" && rest.length === 0) return [...items, value];
    if (!/^(0|[1-9]\d{0,9})$/.test(key) || Number(key) >= items.length) return undefined;
    const item = withPlace(items[Number(key)], rest, value);
    return item === undefined ? undefined : items.with(Number(key), item);
  }
  if (typeof container !== "object" || container === null) return undefined;
  // A key that only a prototype has leads nowhere, and is set as an ordinary one.
  const held: unknown = Object.hasOwn(container, key) ? Reflect.get(container, key) : undefined;
  const member = withPlace(held, rest, value);
  return member === undefined ? undefined : { ...container, [key]: member };
}
