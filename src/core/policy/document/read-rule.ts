import type { MatchContext } from "../match/condition.ts";
import { MATCHES_ALL, readMatch } from "../match/read-match.ts";
import { MAX_RULE_NAME_CHARS, MAX_TEXT_CHARS } from "../limits.ts";
import { addFault, type Cursor, readBoolean, readInteger, readMap, readText, readWord } from "./cursor.ts";
import type { PolicyRule, RuleEffect } from "./document.ts";
import { DEFAULT_PRIORITY, PRIORITY_RANGE } from "./priority.ts";
import { readApprovalTerms } from "./read-approval.ts";
import type { ApproverContext } from "./read-approvers.ts";
import { readLimits } from "./read-limits.ts";
import { readSanitizeTerms } from "./sanitize-terms.ts";

const EFFECTS: readonly RuleEffect[] = ["allow", "deny", "require_approval", "sanitize"];

const KEYS = {
  known: [
    ...["name", "description", "priority", "match", "effect", "reason", "enforce"],
    ...["approval", "sanitize", "limits"],
  ],
};

/** What a rule is read with. */
export interface RuleContext extends Omit<MatchContext, "quantifier"> {
  /** Names of the rules read before, each with the document that it is in. */
  readonly names: Map<string, string>;
  /** The document that the rule is in, in words. */
  readonly document: string;
}

/** Reads a rule; undefined after a fault that leaves nothing of it. */
export function readRule(cursor: Cursor, { names, document, ...context }: RuleContext): PolicyRule | undefined {
  const members = readMap(cursor, KEYS);
  if (members === undefined) return undefined;
  const nameAt = members.get("name");
  const name = nameAt === undefined ? addFault(cursor, "The rule has no name") : readRuleName(nameAt);
  if (nameAt !== undefined && name !== undefined) claimName(nameAt, name, { names, document });
  const effectAt = members.get("effect");
  const effect =
    effectAt === undefined
      ? addFault(cursor, "The rule has no effect", EFFECTS.join(", "))
      : readWord(effectAt, EFFECTS);
  const match = members.get("match");
  const quantifier = effect === "allow" ? "every" : "any";
  const alternatives = match === undefined ? MATCHES_ALL : readMatch(match, { ...context, quantifier });
  const optional = readOptionalMembers(members, context);
  if (effectAt !== undefined && effect !== undefined) checkSanitize(effectAt, effect, members.get("sanitize"));
  if (name === undefined || effect === undefined) return undefined;
  return Object.freeze({ name, effect, alternatives, ...optional });
}

function readRuleName(cursor: Cursor): string | undefined {
  const name = readText(cursor, { min: 1, max: MAX_RULE_NAME_CHARS });
  if (name === undefined) return undefined;
  if (/[\p{Cc}\p{Cs}]/u.test(name)) return addFault(cursor, "A name has no control characters");
  return name.trim() === name ? name : addFault(cursor, "A name neither begins nor ends with a space");
}

/** A rule that took the place of an extended document's would let through what nobody expects to be let through. */
function claimName(cursor: Cursor, name: string, { names, document }: Pick<RuleContext, "names" | "document">): void {
  const other = names.get(name);
  if (other === undefined) names.set(name, document);
  else if (other === document) addFault(cursor, "Another rule above has this name");
  else {
    const hint = "take another name; a rule with a lower priority number decides before it";
    addFault(cursor, `A rule of ${other} has this name, and none replaces another`, hint);
  }
}

function checkSanitize(effectAt: Cursor, effect: RuleEffect, terms: Cursor | undefined): void {
  if (effect === "sanitize" && terms === undefined)
    addFault(effectAt, "The rule doesn't say what to change", "add sanitize: with set, remove or mask");
  if (terms !== undefined && (effect === "allow" || effect === "deny"))
    addFault(terms, `A rule with effect ${effect} changes nothing`, "make its effect sanitize or require_approval");
}

function readOptionalMembers(
  members: ReadonlyMap<string, Cursor>,
  context: ApproverContext,
): Omit<PolicyRule, "name" | "effect" | "alternatives"> {
  const read = <Value>(key: string, reader: (cursor: Cursor) => Value | undefined): Value | undefined => {
    const member = members.get(key);
    return member && reader(member);
  };
  const readWords = (cursor: Cursor): string | undefined => readText(cursor, { min: 1, max: MAX_TEXT_CHARS });
  const optional = {
    description: read("description", readWords),
    reason: read("reason", readWords),
    approval: read("approval", (cursor) => readApprovalTerms(cursor, context)),
    sanitize: read("sanitize", readSanitizeTerms),
    limits: read("limits", readLimits),
  };
  return {
    ...withoutAbsent(optional),
    priority: read("priority", (cursor) => readInteger(cursor, PRIORITY_RANGE)) ?? DEFAULT_PRIORITY,
    enforce: read("enforce", readBoolean) ?? true,
  };
}

function withoutAbsent<Parts extends object>(parts: Parts): { [Key in keyof Parts]?: Exclude<Parts[Key], undefined> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Parts;
}
