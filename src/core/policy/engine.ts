import type { Verdict } from "../../contract/policy.ts";
import type { PolicyCall } from "./call.ts";
import { type Guard, guardFunction } from "./guard.ts";

/** Whatever can decide a call: a compiled policy, a service that is asked, code of one's own. */
export interface PolicyEngine {
  /** Decides a call; one that throws or gives no verdict has denied it. */
  evaluate(call: PolicyCall): Verdict | Promise<Verdict>;
}

/** An engine that can guard functions. */
export interface GuardingPolicy extends PolicyEngine {
  /** See {@link Guard}. */
  readonly guard: Guard;
}

/** Gives any engine what a compiled policy has: functions that run only when it lets them. */
export function createPolicy(engine: PolicyEngine): GuardingPolicy {
  return {
    evaluate: (call) => engine.evaluate(call),
    guard: (fn, options) => guardFunction((call) => engine.evaluate(call), fn, options),
  };
}
