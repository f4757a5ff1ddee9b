export type { PolicyActor, PolicyCall, PolicyManifest } from "./call.ts";
export { type CompiledPolicy, type CompileOptions, compilePolicy } from "./compile.ts";
export type { DefaultEffect, ParsedPolicy, PolicyRule, RuleEffect, TieOrder } from "./document/document.ts";
export type { FailedCondition, RuleExplanation } from "./explain.ts";
export { formatFault, type PolicyFault } from "./document/faults.ts";
export type { Condition, MatchFieldName } from "./match/match-fields.ts";
export { checkPolicy, type ParseOptions, parsePolicy, type PolicyCheck } from "./parse.ts";
