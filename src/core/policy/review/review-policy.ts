import type { ParsedPolicy, PolicyRule } from "../document/document.ts";
import { FaultLog, type PolicyFault, sortFaults } from "../document/faults.ts";
import type { DocumentOptions } from "../document/read-document.ts";
import { readObject } from "../document/read-object.ts";
import { readYaml } from "../document/read-yaml.ts";
import { checkPolicy } from "../parse.ts";
import { findIdleClocks } from "./approval-clocks.ts";
import { findContradiction } from "./contradictions.ts";
import { Coverage, isAlwaysKnown } from "./coverage.ts";
import { listRuleSources, memberOf, type RuleSource } from "./rule-source.ts";
import { findUnusedSets } from "./unused-sets.ts";

/**
 * Looks in a document for what is allowed and can't be meant: rules that never match or never decide, terms that nobody will see,
 * sets that nothing uses. Says only what is certain. A document with faults has no warnings: see {@link checkPolicy} for those.
 */
export function reviewPolicy(source: unknown, options: DocumentOptions = {}): readonly PolicyFault[] {
  const check = checkPolicy(source, options);
  const log = new FaultLog();
  const root = typeof source === "string" ? readYaml(source, log) : readObject(source, log);
  if ("faults" in check || root === undefined) return [];
  const { document } = check;
  const sources = listRuleSources(root, document, log);
  const coverage = new Coverage(document, sources);
  for (const each of sources) reviewRule(each, { log, document, coverage });
  for (const [name, set] of findUnusedSets({ node: root, path: "", log }))
    log.add("Nothing in this document uses this set", { at: set.node.at, path: `sets.${name}` });
  return sortFaults(log.faults);
}

interface Review {
  readonly log: FaultLog;
  readonly document: ParsedPolicy;
  readonly coverage: Coverage;
}

function reviewRule(source: RuleSource, review: Review): void {
  const { rule, cursor } = source;
  reviewTerms(source, review);
  if (reviewMatch(source, review) || rule.limits !== undefined) return;
  const cover = review.coverage.findCover(rule);
  if (cover === undefined) return;
  const { node, path } = memberOf(cursor, "name") ?? cursor;
  review.log.add(`This rule ${rule.enforce ? "can never decide" : "would never decide, were it enforced"}`, {
    at: node.at,
    path,
    hint: `${describe(cover)} holds whenever it does, and decides first`,
  });
}

/** Reports what no call can fit; true when that is all of the rule. */
function reviewMatch({ rule, alternatives }: RuleSource, { log, document }: Review): boolean {
  const found = alternatives.map((alternative, index) =>
    findContradiction(alternative, rule.alternatives[index] ?? [], document.settings),
  );
  const isNever = found.every((each) => each !== undefined);
  for (const each of found) {
    if (each === undefined) continue;
    const { cursor, message } = each;
    log.add(message, {
      at: cursor.node.at,
      path: cursor.path,
      hint: `${isNever ? "the rule" : "this alternative"} never matches`,
    });
  }
  return isNever;
}

/** Terms of an approval on a rule that never asks for one, and clocks in them that come too late. */
function reviewTerms({ rule, cursor }: RuleSource, { log }: Review): void {
  const approval = memberOf(cursor, "approval");
  if (approval === undefined || rule.approval === undefined) return;
  // Where nobody can tell whether it holds, a rule that denies asks.
  if (rule.effect === "deny" && rule.alternatives.every(isAlwaysKnown)) {
    log.add("This rule denies, so nobody is asked to approve", { at: approval.node.at, path: approval.path });
    return;
  }
  for (const { cursor: clock, message } of findIdleClocks(approval, rule.approval))
    log.add(message, { at: clock.node.at, path: clock.path });
}

function describe({ name, priority }: PolicyRule): string {
  return `${JSON.stringify(name)} (priority ${priority})`;
}
