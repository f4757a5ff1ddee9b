import type { GuardName } from "../../contract/guards.ts";
import type { GuardedCallFacts } from "./guarded-call.ts";
import { type GuardRefusal, refuse } from "./refusal.ts";

/** Refuses a call without a run, for a guard that counts within runs: `run_required`, not retryable. */
export function requireRun(guard: GuardName, { run }: Pick<GuardedCallFacts, "run">): GuardRefusal | undefined {
  if (run !== undefined) return undefined;
  return refuse(guard, "run_required", {
    message: "A limit of this action counts within a run and the call names none",
  });
}

/**
 * Judges one more call of an action within its run. `used` are the calls counted before this one, refused ones included; from
 * `perRun` on it is `attempts_exceeded`, which no waiting cures. A call without a run is `run_required`.
 */
export function judgeAttempts(
  perRun: number,
  used: number,
  call: Pick<GuardedCallFacts, "action" | "run">,
): GuardRefusal | undefined {
  const refusal = requireRun("attempts", call);
  if (refusal !== undefined || used < perRun) return refusal;
  return refuse("attempts", "attempts_exceeded", {
    message: `The run used up its ${perRun} attempts of ${call.action}`,
    details: { limit: perRun, used, run: call.run },
  });
}
