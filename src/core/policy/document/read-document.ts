import { readApprovalTerms } from "./approval-terms.ts";
import {
  addFault,
  type Cursor,
  readBoolean,
  readInteger,
  readListItems,
  readMap,
  readText,
  readWord,
} from "./cursor.ts";
import type { DefaultEffect, ParsedPolicy, PolicyRule, RuleEffect } from "./document.ts";
import { MAX_PRIORITY, MAX_RULE_NAME_CHARS, MAX_RULES, MAX_TEXT_CHARS } from "../limits.ts";
import { type Condition, MATCH_FIELD_NAMES, type PatternBudget, readCondition } from "../match/match-fields.ts";

/** Priority of a rule that names none. */
const DEFAULT_PRIORITY = 100;

const DEFAULT_EFFECTS: readonly DefaultEffect[] = ["allow", "deny", "require_approval"];
const RULE_EFFECTS: readonly RuleEffect[] = ["allow", "deny", "require_approval"];

const DOCUMENT_KEYS = {
  known: ["version", "default", "order", "rules"],
  unsupported: ["extends", "sets", "limits", "policies"],
};
const RULE_KEYS = {
  known: ["name", "description", "priority", "match", "effect", "reason", "enforce", "approval"],
  unsupported: ["sanitize", "limits"],
};
const MATCH_KEYS = {
  known: [...MATCH_FIELD_NAMES, "tool"],
  unsupported: ["run", "args", "args_pattern", "path_patterns", "command", "url", "sql", "when"],
};

/** Reads a whole document. After a fault the answer is worthless; the caller looks at the log first. */
export function readDocument(cursor: Cursor): ParsedPolicy | undefined {
  const members = readMap(cursor, DOCUMENT_KEYS);
  if (members === undefined) return undefined;
  const version = members.get("version");
  if (version === undefined) addFault(cursor, "The document has no version", "begin it with version: 1");
  else readInteger(version, { min: 1, max: 1 });
  const fallback = members.get("default");
  const defaultEffect = fallback && readWord(fallback, DEFAULT_EFFECTS);
  const order = members.get("order");
  if (order !== undefined) readWord(order, ["first_match"]);
  const rules = members.get("rules");
  return Object.freeze({
    version: 1,
    ...(defaultEffect === undefined ? {} : { defaultEffect }),
    order: order === undefined ? "most_restrictive" : "first_match",
    rules: Object.freeze(rules === undefined ? [] : readRules(rules)),
  });
}

function readRules(cursor: Cursor): PolicyRule[] {
  const items = readListItems(cursor) ?? [];
  if (items.length > MAX_RULES) addFault(cursor, `A document has at most ${MAX_RULES} rules`);
  const budget: PatternBudget = { spent: 0 };
  const names = new Set<string>();
  const rules: PolicyRule[] = [];
  for (const item of items.slice(0, MAX_RULES)) {
    if (item.log.isFull) break;
    const rule = readRule(item, { names, budget });
    if (rule !== undefined) rules.push(rule);
  }
  return rules;
}

/** What the rules of one document share. */
interface RuleContext {
  readonly names: Set<string>;
  readonly budget: PatternBudget;
}

function readRule(cursor: Cursor, { names, budget }: RuleContext): PolicyRule | undefined {
  const members = readMap(cursor, RULE_KEYS);
  if (members === undefined) return undefined;
  const name = readRuleName(cursor, members.get("name"), names);
  const effectAt = members.get("effect");
  const effect =
    effectAt === undefined
      ? addFault(cursor, "The rule has no effect", "allow, deny or require_approval")
      : readEffect(effectAt);
  const match = members.get("match");
  const conditions = match === undefined ? [] : readMatch(match, budget);
  const optional = readOptionalMembers(members);
  if (name === undefined || effect === undefined) return undefined;
  return Object.freeze({ name, effect, conditions: Object.freeze(conditions), ...optional });
}

function readRuleName(rule: Cursor, cursor: Cursor | undefined, names: Set<string>): string | undefined {
  if (cursor === undefined) return addFault(rule, "The rule has no name");
  const name = readText(cursor, { min: 1, max: MAX_RULE_NAME_CHARS });
  if (name === undefined) return undefined;
  if (/[\p{Cc}\p{Cs}]/u.test(name)) return addFault(cursor, "A name has no control characters");
  if (name.trim() !== name) return addFault(cursor, "A name neither begins nor ends with a space");
  if (names.has(name)) return addFault(cursor, "Another rule above has this name");
  names.add(name);
  return name;
}

function readEffect(cursor: Cursor): RuleEffect | undefined {
  if (cursor.node.kind === "scalar" && cursor.node.value === "sanitize") {
    return addFault(cursor, "This version does not support the effect sanitize");
  }
  return readWord(cursor, RULE_EFFECTS);
}

function readOptionalMembers(members: ReadonlyMap<string, Cursor>): Omit<PolicyRule, "name" | "effect" | "conditions"> {
  const textRange = { min: 1, max: MAX_TEXT_CHARS };
  const at = (key: string): Cursor | undefined => members.get(key);
  const [descriptionAt, priorityAt, reasonAt, enforceAt, approvalAt] = [
    at("description"),
    at("priority"),
    at("reason"),
    at("enforce"),
    at("approval"),
  ];
  const description = descriptionAt && readText(descriptionAt, textRange);
  const reason = reasonAt && readText(reasonAt, textRange);
  const approval = approvalAt && readApprovalTerms(approvalAt);
  return {
    ...(description === undefined ? {} : { description }),
    ...(reason === undefined ? {} : { reason }),
    ...(approval === undefined ? {} : { approval }),
    priority: (priorityAt && readInteger(priorityAt, { min: -MAX_PRIORITY, max: MAX_PRIORITY })) ?? DEFAULT_PRIORITY,
    enforce: (enforceAt && readBoolean(enforceAt)) ?? true,
  };
}

function readMatch(cursor: Cursor, budget: PatternBudget): Condition[] {
  const members = readMap(cursor, MATCH_KEYS);
  if (members === undefined) return [];
  const tool = members.get("tool");
  if (tool !== undefined && members.has("action"))
    addFault(tool, "tool means the same as action; only one can stand here");
  const conditions: Condition[] = [];
  for (const field of MATCH_FIELD_NAMES) {
    const member = members.get(field) ?? (field === "action" ? tool : undefined);
    const condition = member && readCondition(field, member, budget);
    if (condition !== undefined) conditions.push(Object.freeze(condition));
  }
  return conditions;
}
