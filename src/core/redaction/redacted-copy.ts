import { hasJsonForm } from "../canonical.ts";
import { REDACTED } from "./redacted.ts";
import type { KeyJudge, KeyMeaning } from "./secret-keys.ts";
import type { PointerTree } from "./secret-pointers.ts";

/** What {@link copyRedacted} goes by. */
export interface CopyRules {
  /** Judges the keys of objects. */
  readonly judge: Pick<KeyJudge, "judge">;
  /** Redacts inside texts. */
  readonly redactText: (text: string) => string;
  /** Which places are secret whatever they hold. */
  readonly pointers: PointerTree;
}

/** Levels that are copied; what lies deeper is redacted whole. Our choice: four times the depth of any input. */
const MAX_DEPTH = 256;

/** Items of a list that are copied; a longer one is redacted whole, so that a list of holes can't keep us busy. */
const MAX_ITEMS = 1_000_000;

const CIRCULAR = "[circular]";
const UNREADABLE = "[unreadable]";
const BINARY = "[binary]";

/** The state of one copying: what was copied already, or is being copied right now. */
interface Copying {
  readonly rules: CopyRules;
  readonly copies: Map<object, unknown>;
}

/** A place in the value: how deep it lies and which pointers lead on from it. */
interface Place {
  readonly depth: number;
  readonly pointers: PointerTree | undefined;
}

/** Copies a value for others to see. */
export function copyRedacted(value: unknown, rules: CopyRules): unknown {
  return copyValue(value, { depth: 0, pointers: rules.pointers }, { rules, copies: new Map() });
}

function copyValue(value: unknown, place: Place, copying: Copying): unknown {
  if (place.pointers?.isSecret === true) return REDACTED;
  switch (typeof value) {
    case "string":
      return copying.rules.redactText(value);
    case "bigint":
      return value.toString();
    case "number":
    case "boolean":
      return value;
    case "object":
      return value === null ? null : copyOnce(value, place, copying);
    case "undefined":
    case "function":
    case "symbol":
      return undefined;
  }
}

/** Copies each object once where no pointer tells its places apart, so that shared parts can't multiply. */
function copyOnce(value: object, place: Place, copying: Copying): unknown {
  if (place.depth >= MAX_DEPTH) return REDACTED;
  const { copies } = copying;
  const known = copies.get(value);
  if (known === CIRCULAR || (known !== undefined && place.pointers === undefined)) return known;
  copies.set(value, CIRCULAR);
  const copy = copyReadable(value, place, copying);
  if (place.pointers === undefined) copies.set(value, copy);
  else copies.delete(value);
  return copy;
}

/** Getters, proxies and `toJSON` run foreign code, which may throw. */
function copyReadable(value: object, place: Place, copying: Copying): unknown {
  try {
    return copyObject(value, place, copying);
  } catch {
    return UNREADABLE;
  }
}

function copyObject(value: object, place: Place, copying: Copying): unknown {
  if (Array.isArray(value)) return copyItems(value, place, copying);
  // Before toJSON, by which a buffer would show its bytes.
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return BINARY;
  if (hasJsonForm(value)) {
    const json = value.toJSON();
    if (json !== value) return copyValue(json, { ...place, depth: place.depth + 1 }, copying);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  return isPlain ? copyMembers(value as Members, place, copying) : copyInstance(value, place, copying);
}

/** What JSON would show as an empty object, in a form that says something. */
function copyInstance(value: object, place: Place, copying: Copying): unknown {
  if (value instanceof Map) {
    const members = Array.from(value, ([key, member]: [unknown, unknown]) => [String(key), member] as const);
    return copyMembers(Object.fromEntries(members), place, copying);
  }
  if (value instanceof Set) return copyItems(Array.from(value as Set<unknown>), place, copying);
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return copyMembers({ ...Object.fromEntries(Object.entries(value)), name, message, stack, cause }, place, copying);
  }
  const primitive: unknown = value.valueOf();
  return typeof primitive === "object"
    ? copyMembers(value as Members, place, copying)
    : copyValue(primitive, place, copying);
}

/** An object by its own enumerable members. */
type Members = Readonly<Record<string, unknown>>;

/** Members whose text can be the name of what a member `value` holds, as in lists of headers or environment variables. */
const NAMING_MEMBERS = ["name", "key", "header", "field"];

function copyMembers(members: Members, place: Place, copying: Copying): unknown {
  const { judge } = copying.rules;
  const copy: Record<string, unknown> = {};
  const isPair = Object.hasOwn(members, "value") && NAMING_MEMBERS.some((name) => isSecretName(members[name], judge));
  for (const key of Object.keys(members)) {
    const member = members[key];
    const meaning = isPair && key === "value" ? "secret" : judge.judge(key);
    const within = { depth: place.depth + 1, pointers: place.pointers?.members.get(key) };
    const shown = hidesValue(member, meaning) ? REDACTED : copyValue(member, within, copying);
    addMember(copy, copying.rules.redactText(key), shown);
  }
  return copy;
}

function copyItems(items: readonly unknown[], place: Place, copying: Copying): unknown {
  if (items.length > MAX_ITEMS) return REDACTED;
  const { judge } = copying.rules;
  return Array.from(items, (item, index) => {
    const before = items[index - 1];
    // Arguments of a command: what follows `--password` is one.
    const isArgument = typeof before === "string" && before.startsWith("-") && isSecretName(before, judge);
    if (isArgument && typeof item === "string" && !item.startsWith("-")) return REDACTED;
    const within = { depth: place.depth + 1, pointers: place.pointers?.members.get(String(index)) };
    return copyValue(item, within, copying);
  });
}

function isSecretName(name: unknown, judge: CopyRules["judge"]): boolean {
  return typeof name === "string" && judge.judge(name) !== "plain";
}

/** Whether a key's meaning makes the value secret. A bare yes, no or nothing gives nothing away that the key doesn't. */
function hidesValue(value: unknown, meaning: KeyMeaning): boolean {
  if (meaning === "plain" || value === null || value === undefined || typeof value === "boolean") return false;
  if (meaning === "secret") return true;
  const isCount =
    typeof value === "number" || typeof value === "bigint" || (typeof value === "string" && /^\d{1,15}$/.test(value));
  return !isCount;
}

/** Never drops a member because another one's key became the same, and never takes `__proto__` for more than a key. */
function addMember(copy: Record<string, unknown>, key: string, value: unknown): void {
  let free = key;
  for (let count = 2; Object.hasOwn(copy, free); count++) free = `${key} ${count}`;
  Object.defineProperty(copy, free, { value, enumerable: true, configurable: true, writable: true });
}
