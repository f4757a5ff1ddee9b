import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { type Action, type Client, defineAction, type Invocation } from "../../src/index.ts";

const refund = defineAction({
  name: "billing.issue_refund",
  description: "Refunds",
  input: z.object({ invoiceId: z.string(), amountCents: z.string().transform(Number), note: z.string().default("") }),
  output: z.object({ refundId: z.string(), day: z.string().transform((text) => text.length) }),
  run: async (input, context) => {
    expectTypeOf(input).toEqualTypeOf<{ invoiceId: string; amountCents: number; note: string }>();
    expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
    return { refundId: "re_1", day: "today" };
  },
});

const ping = defineAction({ name: "ping", description: "Pings", input: z.strictObject({}), run: () => "pong" });

type RefundInput = { invoiceId: string; amountCents: string; note?: string | undefined };
type RefundOutput = { refundId: string; day: number };

// Never called: what matters is that it compiles.
async function useClient(client: Client): Promise<void> {
  const call = await client.invoke(refund, { invoiceId: "inv_1", amountCents: "1" });
  expectTypeOf(call).toEqualTypeOf<Invocation<RefundOutput>>();
  if (call.status === "executed") expectTypeOf(call.output).toEqualTypeOf<RefundOutput>();
  if (call.status === "pending") expectTypeOf(call.approval.decideBy).toEqualTypeOf<string>();
  if (call.status === "failed" || call.status === "denied") expectTypeOf(call.error.code).toEqualTypeOf<string>();
  // @ts-expect-error output exists only once it is executed
  void call.output;
  // @ts-expect-error amountCents is sent as text
  await client.invoke(refund, { invoiceId: "inv_1", amountCents: 1 });
  // @ts-expect-error invoiceId is missing
  await client.run(refund, { amountCents: "1" });
  expectTypeOf(await client.run(refund, { invoiceId: "inv_1", amountCents: "1" })).toEqualTypeOf<RefundOutput>();
  expectTypeOf(await client.run(ping, {})).toEqualTypeOf<unknown>();
  expectTypeOf(await client.run("ping", {})).toEqualTypeOf<unknown>();
  const guarded = client.guard(refund, { idempotencyKey: (input) => input.invoiceId });
  expectTypeOf(guarded).parameters.toEqualTypeOf<[RefundInput]>();
  expectTypeOf(guarded).returns.resolves.toEqualTypeOf<RefundOutput>();
}

test("defineAction() keeps input and output types, and actions of different types stand in one list", () => {
  expectTypeOf([refund, ping]).toExtend<readonly Action[]>();
  expectTypeOf(useClient).returns.resolves.toEqualTypeOf<void>();
});

test("defineAction() refuses an output that its schema doesn't take", () => {
  const define = () =>
    defineAction({
      name: "a",
      description: "A",
      input: z.object({}),
      output: z.object({ id: z.string() }),
      // @ts-expect-error id is a text
      run: () => ({ id: 1 }),
    });
  expectTypeOf(define).toBeFunction();
});
