import type { ApprovalTerms, FatigueLimits } from "../../../contract/approval-terms.ts";
import type { FacetSettings } from "../facets/source.ts";
import type { Condition } from "../match/condition.ts";
import type { LimitTerms } from "./limit-terms.ts";
import type { SanitizeTerms } from "./sanitize-terms.ts";

/** An effect that a document's default can have. */
export type DefaultEffect = "allow" | "deny" | "require_approval";

/** An effect that a rule can have. */
export type RuleEffect = "allow" | "deny" | "require_approval" | "sanitize";

/** How a tie between rules of one priority is broken: by the most restrictive effect, or by their order in the document. */
export type TieOrder = "most_restrictive" | "first_match";

/** A document without faults. Made by `parsePolicy` only: `compilePolicy` refuses anything else. Frozen. */
export interface ParsedPolicy {
  /** Version of the language. */
  readonly version: 1;
  /** What holds where no rule decides; absent when the document leaves it to whoever compiles it. */
  readonly defaultEffect?: DefaultEffect;
  /** Default `most_restrictive`. */
  readonly order: TieOrder;
  /** In document order. */
  readonly rules: readonly PolicyRule[];
  /** Its named lists. */
  readonly sets: ReadonlyMap<string, readonly string[]>;
  /** What it says about the place that calls run in. */
  readonly settings: FacetSettings;
  /** Limits on every call, whatever rule decides. */
  readonly limits?: LimitTerms;
  /** How many requests for approval people take. */
  readonly fatigue?: Readonly<FatigueLimits>;
}

/** A rule of a document, its defaults filled in. */
export interface PolicyRule {
  /** Unique in its document. */
  readonly name: string;
  /** For those who read the document; shown nowhere else. */
  readonly description?: string;
  /** The lower number decides before the higher one. */
  readonly priority: number;
  /** The rule matches when all conditions of one alternative hold; an alternative without any holds of every call. */
  readonly alternatives: readonly (readonly Condition[])[];
  /** What it makes of a call when it decides. */
  readonly effect: RuleEffect;
  /** Shown to callers and approvers. */
  readonly reason?: string;
  /** False for a shadow rule: it is evaluated and reported, and never decides. */
  readonly enforce: boolean;
  /** Terms of an approval that this rule, or the action itself while this rule allows, asks for. Without effect otherwise. */
  readonly approval?: Readonly<ApprovalTerms>;
  /** How the input is changed when the rule decides and its effect is `sanitize`. */
  readonly sanitize?: SanitizeTerms;
  /** Limits on every call that the rule matches and that is not denied. */
  readonly limits?: LimitTerms;
}
