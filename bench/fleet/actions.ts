import { defineAction } from "countersign";
import { z } from "zod";

const common = { description: "Answers", input: z.object({ n: z.int() }) };

/** One that a person is asked about, which tells the target that it has begun, and one that is allowed. */
export const actions = [
  defineAction({
    ...common,
    name: "bench.asked",
    run: async ({ n }, { idempotencyKey: key, attempt }) => {
      const body = JSON.stringify({ mode: "keyed", key, attempt });
      await fetch(`${process.env["BENCH_TARGET"] ?? ""}/effects`, { method: "POST", body });
      return { n };
    },
  }),
  defineAction({ ...common, name: "bench.free", run: async ({ n }) => ({ n }) }),
];
