import type { InputChange } from "../../contract/approval.ts";
import { canonicalJson } from "../canonical.ts";

/** Places that one difference lists. Our choice: more than a person reads; a closing line then says that there are more. */
export const MAX_CHANGES = 200;

/** Characters of a value that a difference shows, or of its JSON. Our choice: 2 KiB tell what it is. */
const MAX_SHOWN_CHARS = 2_048;

/** Characters of a place's pointer; what has longer ones below it is compared as a whole. Equal to that of an edit's. */
const MAX_POINTER_CHARS = 1_000;

/** How both inputs are shown: redacted copies of them. */
export interface DifferenceViews {
  /** Of the input before. */
  readonly before: unknown;
  /** Of the input after. */
  readonly after: unknown;
}

/** A place in both inputs: what stands there (`undefined` for nothing), and how it is shown. */
interface Place {
  readonly pointer: string;
  readonly before: Side;
  readonly after: Side;
}

interface Side {
  readonly value: unknown;
  readonly view: unknown;
}

/**
 * Where two inputs differ, found on the real values and told by their redacted views: a place that is redacted is named once it differs,
 * and nothing of what lies below it. Long values are cut short, and of more than {@link MAX_CHANGES} places the last line stands for the rest.
 * Takes time linear in the inputs.
 */
export function diffInputs(before: unknown, after: unknown, views: DifferenceViews): InputChange[] {
  const changes: InputChange[] = [];
  collectChanges(changes, {
    pointer: "",
    before: { value: before, view: views.before },
    after: { value: after, view: views.after },
  });
  if (changes.length <= MAX_CHANGES) return changes;
  return [...changes.slice(0, MAX_CHANGES - 1), { pointer: "", to: "[further places differ]" }];
}

function collectChanges(changes: InputChange[], place: Place): void {
  if (changes.length > MAX_CHANGES) return;
  const { pointer, before, after } = place;
  const members = membersOf(place);
  if (members !== undefined) for (const member of members) collectChanges(changes, member);
  else if (!isSame(before.value, after.value))
    changes.push({ pointer, ...showSide("from", before), ...showSide("to", after) });
}

/** The places below a place; `undefined` where it is one value, or can only be shown as one. */
function membersOf({ pointer, before, after }: Place): Place[] | undefined {
  const keys =
    isOpen(before) && isOpen(after) && isAlike(before.value, after.value) ? keysOf(before, after) : undefined;
  const places = keys?.map((key) => ({
    pointer: `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
    before: memberOf(before, key),
    after: memberOf(after, key),
  }));
  return places?.every((member) => member.pointer.length <= MAX_POINTER_CHARS) === true ? places : undefined;
}

/** Whether the view shows every member of the value under its own key. */
function isOpen({ value, view }: Side): boolean {
  if (!isContainer(value) || !isContainer(view) || !isAlike(value, view)) return false;
  return Object.keys(value).every((key) => Object.hasOwn(view, key));
}

function isAlike(one: unknown, other: unknown): boolean {
  return Array.isArray(one) === Array.isArray(other);
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function keysOf(before: Side, after: Side): string[] {
  return [...new Set([before, after].flatMap(({ value }) => Object.keys(value as object)))];
}

function memberOf({ value, view }: Side, key: string): Side {
  const holder = value as object;
  if (!Object.hasOwn(holder, key)) return { value: undefined, view: undefined };
  return { value: Reflect.get(holder, key), view: Reflect.get(view as object, key) };
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  return one !== undefined && other !== undefined && canonicalJson(one) === canonicalJson(other);
}

function showSide(member: "from" | "to", { value, view }: Side): Partial<InputChange> {
  return value === undefined ? {} : { [member]: shorten(view) };
}

/** A value, or the beginning of it with a mark that there is more. */
function shorten(value: unknown): unknown {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (text.length <= MAX_SHOWN_CHARS) return value;
  // A pair of surrogates is not cut in two.
  const start = text.slice(0, MAX_SHOWN_CHARS).replace(/[\uD800-\uDBFF]$/, "");
  return `${start}… [cut short, ${text.length} characters in all]`;
}
