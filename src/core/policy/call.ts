import type { ApprovalTerms } from "../../contract/approval-terms.ts";
import { readCallTerms } from "./call-terms.ts";
import { CallFacets } from "./facets/call-facets.ts";
import type { FacetSettings } from "./facets/source.ts";
import { MAX_ACTION_CHARS, MAX_CALL_NAMES } from "./limits.ts";

/** The call that a policy is asked about. Nothing in it is trusted to be well-formed, and nothing in it is changed. */
export interface PolicyCall {
  /** The action's name; any text, registered or not. */
  readonly action: string;
  /** The frozen input. */
  readonly input: unknown;
  /** On whose behalf it runs; without one no rule about the actor matches. */
  readonly actor?: PolicyActor | undefined;
  /** The agent's run that it belongs to. */
  readonly run?: string | undefined;
  /** What the action's manifest says that policy looks at; without one the risk is unknown and nothing is required. */
  readonly manifest?: PolicyManifest | undefined;
}

/** The actor as rules see it; an absent list is an empty one. */
export interface PolicyActor {
  /** Unique in the tenant. */
  readonly subject?: string | undefined;
  /** What sort of someone it is. */
  readonly kind?: "user" | "agent" | "service" | undefined;
  /** At most 1,000, as for groups and scopes. */
  readonly roles?: readonly string[] | undefined;
  /** Groups that it belongs to. */
  readonly groups?: readonly string[] | undefined;
  /** Scopes that it holds. */
  readonly scopes?: readonly string[] | undefined;
  /** The tenant it belongs to. */
  readonly tenant?: string | undefined;
}

/** The part of an action's manifest that policy looks at. */
export interface PolicyManifest {
  /** How much harm the action can do. */
  readonly risk?: "low" | "medium" | "high" | undefined;
  /** Scopes without which the call is denied before any rule. */
  readonly requiredScopes?: readonly string[] | undefined;
  /** Whether the action asks for an approval whatever the rules say. */
  readonly approvalRequired?: boolean | undefined;
  /** What it takes to approve one of its calls, whenever an approval is asked for: policy can only add to it. */
  readonly approval?: Readonly<ApprovalTerms> | undefined;
}

/** What was read of a call, each property once, so that a getter can't give one answer to the check and another to the rule. */
export interface CallFacts {
  readonly action: string;
  readonly subject: string | undefined;
  readonly kind: string | undefined;
  readonly tenant: string | undefined;
  readonly run: string | undefined;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly scopes: readonly string[];
  readonly risk: string | undefined;
  readonly requiredScopes: readonly string[];
  readonly approvalRequired: boolean;
  /** The action's own terms. */
  readonly approval: Readonly<ApprovalTerms> | undefined;
  /** What the call does; its input is read when a rule first asks for it. */
  readonly facets: CallFacets;
}

/** What is wrong with a call, as a sentence; such a call is denied. */
export interface CallFault {
  /** For people; holds no value of the call. */
  readonly fault: string;
}

const NO_NAMES: readonly string[] = Object.freeze([]);

/** Reads what rules look at, its facets by these settings; never throws, whatever it is given. */
export function readCall(call: PolicyCall, settings: FacetSettings): CallFacts | CallFault {
  try {
    return readFacts(call, settings);
  } catch {
    // A getter or proxy of the caller threw, or a value is of a type that the declared one excludes.
    return { fault: "The call can't be read, so it is denied" };
  }
}

/** The same call as a document with other settings sees it. */
export function withSettings(facts: CallFacts, settings: FacetSettings): CallFacts {
  return { ...facts, facets: facts.facets.withSettings(settings) };
}

function readFacts(call: PolicyCall, settings: FacetSettings): CallFacts | CallFault {
  const action: unknown = call.action;
  if (typeof action !== "string") return { fault: "The call names no action, so it is denied" };
  if (action.length > MAX_ACTION_CHARS)
    return { fault: "The action's name is too long to be judged, so the call is denied" };
  const actor = call.actor ?? undefined;
  const manifest = call.manifest ?? undefined;
  return {
    action,
    subject: readOptionalText(actor?.subject),
    kind: readOptionalText(actor?.kind),
    tenant: readOptionalText(actor?.tenant),
    run: readOptionalText(call.run),
    roles: readNames(actor?.roles),
    groups: readNames(actor?.groups),
    scopes: readNames(actor?.scopes),
    risk: readRisk(manifest?.risk),
    requiredScopes: readNames(manifest?.requiredScopes),
    approvalRequired: readFlag(manifest?.approvalRequired),
    approval: readCallTerms(manifest?.approval),
    facets: new CallFacets(action, () => call.input, settings),
  };
}

function readOptionalText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new TypeError("Not a text");
  return value;
}

function readRisk(value: unknown): string | undefined {
  const risk = readOptionalText(value);
  if (risk !== undefined && risk !== "low" && risk !== "medium" && risk !== "high") throw new TypeError("Not a risk");
  return risk;
}

function readFlag(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== "boolean") throw new TypeError("Not a flag");
  return value;
}

function readNames(value: unknown): readonly string[] {
  if (value === undefined || value === null) return NO_NAMES;
  if (!Array.isArray(value)) throw new TypeError("Not a list");
  const length = value.length;
  if (length > MAX_CALL_NAMES) throw new RangeError("Too many names");
  const names: string[] = [];
  for (let index = 0; index < length; index += 1) {
    const name: unknown = value[index];
    if (typeof name !== "string") throw new TypeError("Not a name");
    names.push(name);
  }
  return names;
}
