import type { ApprovalStage, ApprovalTerms, Escalation } from "../../contract/approval-terms.ts";
import { DRIFT_ANSWERS, EXCLUSIONS, isVoteCount } from "./document/approval-values.ts";
import { isLimitClockMs } from "./document/limit-values.ts";
import { MAX_LIST_ITEMS } from "./limits.ts";

/**
 * Copies terms that a call came with, each property read once. Nothing in them is trusted to be of its type.
 * @throws TypeError for what are no terms
 */
export function readCallTerms(value: unknown): Readonly<ApprovalTerms> | undefined {
  if (value === undefined || value === null) return undefined;
  const { stages, decideByMs, executeByMs, exclude, requireReason, reasonPattern, edit, onDrift } = membersOf(value);
  const terms = {
    stages: readList(stages, readStage),
    decideByMs: take(decideByMs, isLimitClockMs),
    exclude: readList(exclude, (each) => take(each, isOneOf(EXCLUSIONS)), 0),
    requireReason: take(requireReason, isOneOf([true, false, "on_reject"] as const)),
    onDrift: take(onDrift, isOneOf(DRIFT_ANSWERS)),
    ...readOptional({ executeByMs }, isLimitClockMs),
    ...(reasonPattern === undefined ? {} : { reasonPattern: readList(reasonPattern, readText) }),
  };
  return edit === undefined ? terms : { ...terms, edit: { allow: readList(membersOf(edit)["allow"], readText) } };
}

function readStage(value: unknown): ApprovalStage {
  const { name, approvers, approve, deny, decideByMs, remindEveryMs, escalate } = membersOf(value);
  return {
    ...readOptional({ name }, isText),
    approvers: readList(approvers, readText),
    approve: take(approve, isVoteCount),
    deny: take(deny, isVoteCount),
    ...readOptional({ decideByMs, remindEveryMs }, isLimitClockMs),
    ...(escalate === undefined ? {} : { escalate: readList(escalate, readEscalation, 0) }),
  };
}

function readEscalation(value: unknown): Escalation {
  const { afterMs, to, notify } = membersOf(value);
  return {
    afterMs: take(afterMs, isLimitClockMs),
    to: readList(to, readText, 0),
    notify: readList(notify, readText, 0),
  };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw new TypeError("Not terms of an approval");
  return { ...value };
}

function take<Value>(value: unknown, is: (value: unknown) => value is Value): Value {
  if (is(value)) return value;
  throw new TypeError("Not terms of an approval");
}

/** Those of some members that are there. */
function readOptional<Name extends string, Value>(
  members: Readonly<Record<Name, unknown>>,
  is: (value: unknown) => value is Value,
): Partial<Record<Name, Value>> {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, take(value, is)])) as Partial<Record<Name, Value>>;
}

function readList<Item>(value: unknown, read: (item: unknown) => Item, atLeast = 1): Item[] {
  const length = Array.isArray(value) ? value.length : -1;
  if (!Array.isArray(value) || length < atLeast || length > MAX_LIST_ITEMS)
    throw new TypeError("Not terms of an approval");
  // By index: what a list of the caller's iterates over may have no end.
  const items: Item[] = [];
  for (let index = 0; index < length; index += 1) items.push(read(value[index]));
  return items;
}

function readText(value: unknown): string {
  return take(value, isText);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isOneOf<Word>(words: readonly Word[]): (value: unknown) => value is Word {
  return (value): value is Word => words.some((word) => word === value);
}
