import type { ApprovalTerms } from "../contract/approval-terms.ts";
import { approverNames } from "../core/approval/eligibility.ts";
import { DEFAULT_APPROVAL_TERMS } from "../core/policy/document/approval-terms.ts";
import type { ParsedPolicy, PolicyRule } from "../core/policy/index.ts";
import type { Directory } from "./ports.ts";

/** People of one search. Our choice: nearly every tenant's approvers fit. */
const SEARCHED_PEOPLE = 1_000;
/** Names that are searched for one by one where there are more people than that. Our choice, so that publishing stays quick. */
const SEARCHED_NAMES = 100;

/**
 * Says which roles and groups a document asks to approve, or only tells, that nobody of the tenant has; at present, so this is no fault.
 * Nothing while the tenant has no people at all.
 */
export async function warnOfUnheldNames(
  directory: Pick<Directory, "search">,
  tenant: string,
  policy: ParsedPolicy,
): Promise<readonly string[]> {
  const askers = collectNames(policy);
  if (askers.size === 0 || (await directory.search(tenant, undefined, 1)).length === 0) return [];
  const names = [...askers.keys()];
  const people = await directory.search(tenant, names, SEARCHED_PEOPLE);
  const held = new Set(people.flatMap(approverNames));
  const missing = names.filter((name) => !held.has(name));
  const isComplete = people.length < SEARCHED_PEOPLE;
  const unheld = isComplete ? missing : await findUnheld(directory, tenant, missing.slice(0, SEARCHED_NAMES));
  return unheld.map((name) => describe(name, askers.get(name) ?? []));
}

async function findUnheld(directory: Pick<Directory, "search">, tenant: string, names: string[]): Promise<string[]> {
  const unheld: string[] = [];
  for (const name of names) if ((await directory.search(tenant, [name], 1)).length === 0) unheld.push(name);
  return unheld;
}

/** The roles and groups that a document names, each with what asks for it. */
function collectNames({ rules, defaultEffect }: ParsedPolicy): ReadonlyMap<string, string[]> {
  const askers = new Map<string, string[]>();
  const add = (terms: Readonly<ApprovalTerms>, asker: string): void => {
    for (const name of namesOf(terms)) askers.set(name, [...(askers.get(name) ?? []), asker]);
  };
  for (const rule of rules) {
    const terms = termsOf(rule);
    if (terms !== undefined) add(terms, `the rule ${JSON.stringify(rule.name)}`);
  }
  if (defaultEffect === "require_approval") add(DEFAULT_APPROVAL_TERMS, "the default");
  return askers;
}

function termsOf({ approval, effect }: PolicyRule): Readonly<ApprovalTerms> | undefined {
  return approval ?? (effect === "require_approval" ? DEFAULT_APPROVAL_TERMS : undefined);
}

function namesOf({ stages }: Readonly<ApprovalTerms>): ReadonlySet<string> {
  const named = stages.flatMap(({ approvers, escalate = [] }) => [
    ...approvers,
    ...escalate.flatMap(({ to, notify }) => [...to, ...notify]),
  ]);
  return new Set(named.filter((name) => /^(role|group):/.test(name)));
}

function describe(name: string, [first = "", ...others]: readonly string[]): string {
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  return `Nobody has the ${name.replace(":", " ")}, which is named by ${first}${more}`;
}
