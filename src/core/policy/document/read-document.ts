import { MAX_LIST_ITEMS, MAX_RULES } from "../limits.ts";
import { compareStrictness } from "../strictness.ts";
import { addFault, type Cursor } from "./cursor.ts";
import type { DefaultEffect, ParsedPolicy, PolicyRule } from "./document.ts";
import { collectLayers, type DocumentLoader, reportExtendedFaults } from "./extends.ts";
import { type Layer, readLayer } from "./layer.ts";
import { mergeLimitTerms } from "./limit-terms.ts";
import { mergeFatigue } from "./read-fatigue.ts";
import { readPolicy } from "./read-policies.ts";
import { readRule, type RuleContext } from "./read-rule.ts";
import { createSetScope, mergeSets, type SetMembers, textsOfSets } from "./sets.ts";
import { mergeSettings } from "./settings.ts";

/** What a document is read with. */
export interface DocumentOptions {
  /** Reads the files that it extends; without one, only templates can be extended. */
  readonly load?: DocumentLoader | undefined;
}

/** Reads a whole document, with those that it extends. After a fault the answer is worthless; the caller looks at the log first. */
export function readDocument(cursor: Cursor, { load }: DocumentOptions): ParsedPolicy | undefined {
  const own = readLayer(cursor, { name: undefined, via: undefined });
  if (own === undefined) return undefined;
  const layers = collectLayers(own, load);
  checkOrders(own, layers);
  const sets = mergeSets(layers.map((layer) => layer.sets));
  checkSizes(own, sets);
  const rules = readRules(layers, sets);
  reportExtendedFaults(layers);
  const defaultEffect = findDefault(own, layers);
  const limits = layers.map((layer) => layer.limits).filter((terms) => terms !== undefined);
  const fatigue = mergeFatigue(layers.map((layer) => layer.fatigue));
  return Object.freeze({
    version: 1,
    ...(defaultEffect === undefined ? {} : { defaultEffect }),
    order: own.order,
    rules: Object.freeze(rules),
    sets: textsOfSets(sets),
    settings: mergeSettings(layers.map((layer) => layer.settings)),
    ...(limits.length === 0 ? {} : { limits: limits.reduce(mergeLimitTerms) }),
    ...(fatigue === undefined ? {} : { fatigue }),
  });
}

/** Its own default or, without one, the strictest of those that it extends: what extends a closed document stays closed. */
function findDefault(own: Layer, layers: readonly Layer[]): DefaultEffect | undefined {
  if (own.defaultEffect !== undefined) return own.defaultEffect;
  const extended = layers.map((layer) => layer.defaultEffect).filter((effect) => effect !== undefined);
  return extended.toSorted((left, right) => compareStrictness(right, left))[0];
}

/** An extended document answers as it does alone, so ties between its rules are broken as there. */
function checkOrders(own: Layer, layers: readonly Layer[]): void {
  for (const { name, via, order } of layers) {
    if (via === undefined || order === own.order) continue;
    const hint = order === "first_match" ? "write order: first_match here too" : "remove order: first_match";
    addFault(via, `${name} has another order of rules than this document`, hint);
  }
}

function checkSizes({ root }: Layer, sets: SetMembers): void {
  for (const [name, members] of sets) {
    if (members.size > MAX_LIST_ITEMS)
      addFault(root, `The set ${name} has more than ${MAX_LIST_ITEMS} members together with the extended documents'`);
  }
}

function readRules(layers: readonly Layer[], sets: SetMembers): PolicyRule[] {
  const scope = createSetScope(sets);
  const shared = { budget: { spent: 0 }, sets: textsOfSets(sets), names: new Map<string, string>() };
  const rules: PolicyRule[] = [];
  let left = MAX_RULES;
  for (const layer of layers) {
    const surplus = layer.rules[left];
    if (surplus !== undefined) addFault(surplus, `A document has at most ${MAX_RULES} rules`);
    const items = layer.rules.slice(0, left).map((item) => ({ ...item, sets: scope }));
    rules.push(
      ...readItems(layer, items, {
        ...shared,
        document: layer.name ?? "this document",
        isOlderForm: layer.isOlderForm,
      }),
    );
    left -= items.length;
  }
  return rules;
}

function readItems({ isOlderForm, root }: Layer, items: readonly Cursor[], context: RuleContext): PolicyRule[] {
  return items.flatMap((item, index) => {
    if (root.log.isFull) return [];
    const rule = isOlderForm
      ? readPolicy(item, { ...context, unnamed: `policy ${index + 1}` })
      : readRule(item, context);
    return rule === undefined ? [] : [rule];
  });
}
