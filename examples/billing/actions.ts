import { ActionRejected, defineAction } from "countersign";
import { z } from "zod";
import { findInvoice, listInvoices, recordPayment, recordRefund } from "./store.ts";

const invoiceId = z.string();
const amountCents = z.int().positive();
const Invoice = z.object({
  invoiceId,
  customer: z.string(),
  amountCents,
  paid: z.boolean(),
  refundedCents: z.number(),
});

/** What the worker runs; who may call what, and who approves it, stands in policy.yaml. */
export const actions = [
  defineAction({
    name: "billing.list_invoices",
    title: "List invoices",
    description: "Lists every invoice with its amount, whether it is paid, and what was refunded",
    risk: "low",
    input: z.object({}),
    output: z.object({ invoices: z.array(Invoice) }),
    run: () => ({ invoices: listInvoices() }),
  }),

  defineAction({
    name: "billing.get_invoice",
    title: "Get an invoice",
    description: "Shows one invoice with its amount, whether it is paid, and what was refunded",
    risk: "low",
    input: z.object({ invoiceId }),
    output: Invoice,
    run: (input) => requireInvoice(input.invoiceId),
  }),

  defineAction({
    name: "billing.mark_invoice_paid",
    title: "Mark an invoice as paid",
    description: "Records that an invoice was paid outside of the system",
    risk: "medium",
    requiredScopes: ["finance"],
    input: z.object({ invoiceId }),
    output: Invoice,
    run: (input, context) => {
      requireInvoice(input.invoiceId);
      recordPayment({ invoiceId: input.invoiceId, key: context.idempotencyKey });
      return requireInvoice(input.invoiceId);
    },
  }),

  defineAction({
    name: "billing.issue_refund",
    title: "Issue a refund",
    description: "Pays money of an invoice back to the customer; it can't be called back",
    risk: "high",
    requiredScopes: ["finance"],
    input: z.object({ invoiceId, amountCents }),
    output: z.object({ refundId: z.string(), invoiceId, amountCents }),
    run: (input, context) => {
      requireInvoice(input.invoiceId);
      return { ...recordRefund({ ...input, key: context.idempotencyKey }), ...input };
    },
  }),
];

function requireInvoice(id: string) {
  const invoice = findInvoice(id);
  if (invoice === undefined) throw new ActionRejected("No such invoice");
  return invoice;
}
