import type { PolicyCall } from "countersign/policy";
import { buildCall, compileRules } from "../documents.ts";

/** What a rule that denies makes of a call: it matches, it doesn't, or nobody can tell. */
export function askDenial(match: unknown, call: Partial<PolicyCall>, rest = {}): "yes" | "no" | "unknown" {
  const policy = compileRules([{ match, effect: "deny" }], { default: "allow", ...rest });
  const { effect } = policy.evaluate(buildCall(call));
  if (effect === "require_approval") return "unknown";
  return effect === "deny" ? "yes" : "no";
}

/** Whether a rule that allows surely matches a call. */
export function askPermission(match: unknown, call: Partial<PolicyCall>, rest = {}): boolean {
  const policy = compileRules([{ match, effect: "allow" }], { default: "deny", ...rest });
  return policy.evaluate(buildCall(call)).effect === "allow";
}
