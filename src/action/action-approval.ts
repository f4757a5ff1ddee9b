import type { OneOrMore } from "./action-limits.ts";

/** Who may vote: `user:`, `role:` or `group:` and a name, or a condition in CEL over `approver` and `request`. */
export type ApproverRule = string | { readonly when: string };

/** What happens once a stage has been open for so long. */
export interface EscalationRule {
  /** Milliseconds since the stage was opened: 1 to 366 days. Exactly one of this and `after`. */
  readonly afterMs?: number | undefined;
  /** The same as a text such as `8h`. */
  readonly after?: string | undefined;
  /** Who may vote besides from then on. */
  readonly to?: OneOrMore<ApproverRule> | undefined;
  /** Who only hears of it: names, no conditions. */
  readonly notify?: OneOrMore<string> | undefined;
}

/** One stage of an approval. */
export interface StageRule {
  /** What it is called, for people: 1 to 200 characters. */
  readonly name?: string | undefined;
  /** Any of these may vote; default `role:approver`. */
  readonly approvers?: OneOrMore<ApproverRule> | undefined;
  /** Distinct people whose approvals it takes: 1 to 1,000; default 1. */
  readonly approve?: number | undefined;
  /** Distinct people whose rejections end it: 1 to 1,000; default 1. */
  readonly deny?: number | undefined;
  /** Milliseconds that the stage may take: 1 to 366 days; default: what is left of the whole. */
  readonly decideByMs?: number | undefined;
  /** The same as a text such as `24h`. */
  readonly decideBy?: string | undefined;
  /** Milliseconds between reminders: 1 to 366 days; default: none. */
  readonly remindEveryMs?: number | undefined;
  /** The same as a text such as `4h`. */
  readonly remindEvery?: string | undefined;
  /** Further people, later. */
  readonly escalate?: OneOrMore<EscalationRule> | undefined;
}

/** What it takes to approve a call of an action: `stages`, or the fields of the only one. */
export interface ActionApproval extends Omit<StageRule, "name"> {
  /** One after the other, 1 to 10. Where they are given, the fields of a stage stand in each of them, and `decideBy` is for all together. */
  readonly stages?: readonly StageRule[] | undefined;
  /** Milliseconds after which an approval that wasn't used is void: 1 to 366 days; default: never. */
  readonly executeByMs?: number | undefined;
  /** The same as a text such as `1h`. */
  readonly executeBy?: string | undefined;
  /** Who may not vote: whoever asked, which is always so, and whoever approved in an earlier stage. */
  readonly exclude?: OneOrMore<"requester" | "previous_stage"> | undefined;
  /** Whether a vote needs a reason; default false. */
  readonly requireReason?: boolean | "on_reject" | undefined;
  /** One or several regexes (RE2 syntax), all of which must be found in a reason that is required or given. */
  readonly reasonPattern?: OneOrMore<string> | undefined;
  /** JSON pointers of the input's fields that an approver may change; default: none. */
  readonly edit?: { readonly allow: OneOrMore<string> } | undefined;
  /** What becomes of a request when policy or action changed in a way that alters its verdict or terms; default `ask_again`. */
  readonly onDrift?: "ask_again" | "deny" | undefined;
}
