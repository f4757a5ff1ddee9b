import type { MatchContext } from "../match/condition.ts";
import { MATCHES_ALL, readMatch } from "../match/read-match.ts";
import { MAX_RULE_NAME_CHARS, MAX_TEXT_CHARS } from "../limits.ts";
import { addFault, type Cursor, readInteger, readMap, readText } from "./cursor.ts";
import type { DefaultEffect, PolicyRule } from "./document.ts";
import type { MapEntry } from "./document-tree.ts";
import { DEFAULT_PRIORITY, PRIORITY_RANGE } from "./priority.ts";

const POLICY_KEYS = { known: ["name", "description", "match", "action", "reason", "priority"] };
const MATCH_KEYS = { known: ["tool", "args_pattern", "path_patterns"] };

/** Words of the older form and the effects that they stand for. */
const EFFECTS: ReadonlyMap<string, DefaultEffect> = new Map([
  ["approve", "allow"],
  ["deny", "deny"],
  ["escalate", "require_approval"],
]);

/** What the newer form's words are called here. */
const OLDER_WORDS: ReadonlyMap<string, string> = new Map([
  ["allow", "approve"],
  ["require_approval", "escalate"],
]);

/** What a rule of the older form is read with. */
interface PolicyContext extends Omit<MatchContext, "quantifier"> {
  /** The name of a rule that has none. */
  readonly unnamed: string;
}

/** Reads one of `policies`, a rule of the older form. A key without a value counts as absent there, and two rules may have one name. */
export function readPolicy(cursor: Cursor, { unnamed, ...context }: PolicyContext): PolicyRule | undefined {
  const members = readMap(cursor, POLICY_KEYS);
  if (members === undefined) return undefined;
  const at = (key: string): Cursor | undefined => {
    const member = members.get(key);
    return member === undefined || isNull(member) ? undefined : member;
  };
  const [nameAt, actionAt, matchAt] = [at("name"), at("action"), at("match")];
  const [reasonAt, priorityAt] = [at("reason"), at("priority")];
  const name = nameAt && readText(nameAt, { min: 0, max: MAX_RULE_NAME_CHARS });
  const effect = actionAt === undefined ? "deny" : readAction(actionAt);
  const quantifier = effect === "allow" ? "every" : "any";
  const alternatives = matchAt === undefined ? MATCHES_ALL : readOlderMatch(matchAt, { ...context, quantifier });
  const reason = reasonAt && readText(reasonAt, { min: 0, max: MAX_TEXT_CHARS });
  const priority = (priorityAt && readInteger(priorityAt, PRIORITY_RANGE)) ?? DEFAULT_PRIORITY;
  if (effect === undefined) return undefined;
  return Object.freeze({
    name: name === undefined || name === "" ? unnamed : name,
    ...{ effect, alternatives, priority, enforce: true },
    ...(reason === undefined || reason === "" ? {} : { reason }),
  });
}

/** Reads a document's default in the words of the older form, or in those of the newer one. */
export function readOlderDefault(cursor: Cursor): DefaultEffect | undefined {
  const { node } = cursor;
  const value = node.kind === "scalar" ? node.value : undefined;
  return value === "allow" || value === "require_approval" ? value : readAction(cursor);
}

function readAction(cursor: Cursor): DefaultEffect | undefined {
  const { node } = cursor;
  const word = node.kind === "scalar" && typeof node.value === "string" ? node.value.toLowerCase() : "";
  const effect = EFFECTS.get(word);
  if (effect !== undefined) return effect;
  const older = OLDER_WORDS.get(word);
  const hint = older === undefined ? undefined : `beside policies it is called ${older}`;
  return addFault(cursor, `This must be one of ${[...EFFECTS.keys()].join(", ")}`, hint);
}

function readOlderMatch(cursor: Cursor, context: MatchContext): PolicyRule["alternatives"] {
  const { node } = cursor;
  if (readMap(cursor, MATCH_KEYS) === undefined || node.kind !== "map") return MATCHES_ALL;
  const entries = node.entries.filter((entry) => MATCH_KEYS.known.includes(entry.key) && !isNothing(entry));
  return readMatch({ ...cursor, node: { ...node, entries } }, context);
}

function isNothing({ value }: MapEntry): boolean {
  return value.kind === "list" ? value.items.length === 0 : value.kind === "scalar" && value.value === null;
}

/** Whether a key has no value. */
export function isNull({ node }: Cursor): boolean {
  return node.kind === "scalar" && node.value === null;
}
