import type { Action } from "../src/action/action.ts";
import type { GuardRefusal } from "../src/core/guards/refusal.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import type { InputFault } from "./check-input.ts";
import type { InForce } from "./judge-call.ts";
import type { ActivityPorts } from "./ports.ts";

/** What is decided for one locked invocation. */
export interface Deciding {
  readonly ports: ActivityPorts;
  readonly tx: TransactionTables;
  readonly row: LockedInvocation;
  readonly action: Action;
  readonly inForce: InForce;
  readonly options: DecideOptions;
}

/** What a decision keeps from one try of its transaction to the next. */
export interface DecideOptions {
  readonly temporalRunId: string;
  /** What the action's schema said of inputs that it had to wait for. */
  readonly checked: ReadonlyMap<string, InputFault>;
  /** Hears that the transaction begins, for the first time or again. */
  readonly onStart: () => void;
  /** Hears of a guard's refusal; it counts once the transaction has committed. */
  readonly onRefused: (refusal: GuardRefusal) => void;
}
