import { type ActionContext, defineAction } from "countersign";
import { z } from "zod";

const Input = z.object({ n: z.int() });

/** Has its effect at the target, which counts it. */
async function run(mode: "keyed" | "once", context: ActionContext): Promise<{ applied: boolean }> {
  const { idempotencyKey: key, attempt, signal } = context;
  const response = await fetch(`${process.env["PROOF_TARGET"] ?? ""}/effects`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ mode, key, attempt }),
    signal,
  });
  if (!response.ok) throw new Error(`The target answers ${response.status}`);
  return { applied: true };
}

const common = {
  description: "Has an effect that is counted",
  input: Input,
  output: z.object({ applied: z.boolean() }),
};
const heartbeatTimeoutMs = 3_000;

/** One action that may be tried again with its key, and one that may run only once. */
export const actions = [
  defineAction({
    ...common,
    name: "proof.keyed",
    execution: { heartbeatTimeoutMs },
    run: (_, context) => run("keyed", context),
  }),
  defineAction({
    ...common,
    name: "proof.once",
    execution: { heartbeatTimeoutMs, mode: "at_most_once" },
    run: (_, context) => run("once", context),
  }),
];
