import type { InputChange } from "../src/contract/approval.ts";
import type { Action } from "../src/action/action.ts";
import type { GuardRefusal } from "../src/core/guards/refusal.ts";
import type { AuditEntry } from "../src/store/audit.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import type { InForce } from "./judge-call.ts";
import type { Knowledge } from "./knowledge.ts";
import type { ActivityPorts } from "./ports.ts";

/** What is decided for one locked invocation. */
export interface Deciding {
  readonly ports: ActivityPorts;
  readonly tx: TransactionTables;
  readonly row: LockedInvocation;
  readonly action: Action;
  readonly inForce: InForce;
  readonly knowledge: Knowledge;
  readonly options: DecideOptions;
  /** Absent while the call is decided for the first time. */
  readonly later?: LaterRound;
  /** What was changed of the input right before, as people may see it. */
  readonly changes?: readonly InputChange[];
}

/** Another round of a call that people were asked about already. */
export interface LaterRound {
  /** Why, for people. */
  readonly because: string;
  /** Who or what made its input. */
  readonly author: string;
  /** What policy is asked about, canonical JSON; as it was, unless somebody edited it. */
  readonly judged: string;
  /** The action's version that it is for. */
  readonly actionVersion: string;
  /** Who can't vote on it: whoever asked for the call, and whoever made its input what it is. */
  readonly requesters: readonly string[];
  /** What led to it: recorded before it, and together with it, since the record is locked last. */
  readonly events: readonly AuditEntry[];
}

/** Who decides, and who hears of it. */
export interface DecideOptions {
  readonly temporalRunId: string;
  /** Hears of a guard's refusal; it counts once the transaction has committed. */
  readonly onRefused: (refusal: GuardRefusal) => void;
}

/** Who can't approve a call: the actor, and who called for it; in a later round also whoever edited it. */
export function requestersOf({ row: { actor, via }, later }: Pick<Deciding, "row" | "later">): readonly string[] {
  if (later !== undefined) return later.requesters;
  return via === null ? [actor] : [actor, via];
}
