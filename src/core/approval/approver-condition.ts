import { MAX_APPROVER_CONDITIONS } from "../policy/limits.ts";
import { readInput } from "../policy/facets/input.ts";
import { createLanguage } from "../policy/match/cel/language.ts";
import { type CelCondition, readCel } from "../policy/match/cel/read-cel.ts";
import type { CelFault } from "../policy/match/cel/scope.ts";
import { type CelMap, findMember } from "../policy/match/cel/value.ts";
import type { PatternBudget } from "../policy/match/condition.ts";
import type { ApprovalRequest, Approver } from "./eligibility.ts";

export { CONDITION_PREFIX } from "../policy/document/approval-values.ts";

/** What conditions about approvers can speak of: a person and the request that is to be approved. */
const APPROVER_LANGUAGE = createLanguage({
  approver: { schema: { subject: "string", kind: "string", roles: "list<string>", groups: "list<string>" } },
  request: { schema: { action: "string", actor: "string", via: "string", run: "string", input: "dyn" } },
});

/** What a request's conditions look at. */
interface RequestFacts {
  readonly variables: CelMap;
  /** Whether a part of the input is left out, because it is too deep or too long. */
  readonly isCut: boolean;
}

const NO_SETS: ReadonlyMap<string, readonly string[]> = new Map();
const compiled = new Map<string, CelCondition | undefined>();
const requests = new WeakMap<ApprovalRequest, RequestFacts>();

/**
 * What is wrong with a condition in CEL over `approver` and `request`, each fault with the index of the character that it is about; none
 * for one that can be asked. Its regexes are charged to the document that it stands in, where there is one.
 */
export function checkApproverCondition(text: string, budget: PatternBudget = { spent: 0 }): readonly CelFault[] {
  const read = readCel(text, { language: APPROVER_LANGUAGE, sets: NO_SETS, budget });
  return "faults" in read ? read.faults : [];
}

/** Whether a condition holds of a person and a request. What can't be told is no: a key that is missing, a text that is no condition. */
export function fitsApproverCondition(text: string, approver: Approver, request: ApprovalRequest): boolean {
  const condition = recallCondition(text);
  if (condition === undefined) return false;
  const { variables, isCut } = recallRequest(request);
  if (isCut && condition.places.some((place) => /^request(\.input\b|$)/.test(place))) return false;
  const { subject, kind = "", roles, groups } = approver;
  const known = { approver: { subject, kind, roles, groups }, request: variables };
  return condition.ask((name) => findMember(known, name)) === "yes";
}

/** A condition ready to be asked; undefined for a text that is none. Once there are too many, all are forgotten. */
function recallCondition(text: string): CelCondition | undefined {
  if (compiled.has(text)) return compiled.get(text);
  const read = readCel(text, { language: APPROVER_LANGUAGE, sets: NO_SETS, budget: { spent: 0 } });
  const condition = "faults" in read ? undefined : read.condition;
  if (compiled.size >= MAX_APPROVER_CONDITIONS) compiled.clear();
  compiled.set(text, condition);
  return condition;
}

/** A request is looked at once, however many people are asked about. */
function recallRequest(request: ApprovalRequest): RequestFacts {
  const known = requests.get(request);
  if (known !== undefined) return known;
  const { action, actor, via = "", run = "" } = request;
  const { value, isCut } = readInput(() => request.input);
  const facts = { variables: { action, actor, via, run, input: value }, isCut };
  requests.set(request, facts);
  return facts;
}
