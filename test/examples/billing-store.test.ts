import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findInvoice, listInvoices, recordPayment, recordRefund } from "../../examples/billing/store.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-billing-"));
  vi.stubEnv("COUNTERSIGN_BILLING_FILE", "");
  vi.stubEnv("COUNTERSIGN_DATA_DIR", join(folder, "data"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function readLines(file = join(folder, "data", "billing.jsonl")): string[] {
  return readFileSync(file, "utf8").split("\n").slice(0, -1);
}

test("listInvoices() knows three invoices before anything was done", () => {
  expect(listInvoices().map(({ invoiceId }) => invoiceId)).toEqual(["inv_1", "inv_2", "inv_3"]);
  expect(findInvoice("inv_9")).toBeUndefined();
});

test("recordRefund() appends one line per key and gives the first refund again", () => {
  const first = recordRefund({ invoiceId: "inv_1", amountCents: 100, key: "a" });
  expect(recordRefund({ invoiceId: "inv_1", amountCents: 100, key: "a" })).toEqual(first);
  expect(recordRefund({ invoiceId: "inv_1", amountCents: 50, key: "b" })).not.toEqual(first);
  expect(readLines()).toHaveLength(2);
  expect(findInvoice("inv_1")).toMatchObject({ refundedCents: 150, paid: false });
});

test("recordPayment() marks the invoice as paid, once per key", () => {
  recordPayment({ invoiceId: "inv_2", key: "a" });
  recordPayment({ invoiceId: "inv_2", key: "a" });
  expect(readLines()).toHaveLength(1);
  expect(findInvoice("inv_2")).toMatchObject({ paid: true });
});

test("recordRefund() survives a line that a crash tore, and takes the torn refund's key anew", () => {
  recordRefund({ invoiceId: "inv_1", amountCents: 100, key: "a" });
  appendFileSync(join(folder, "data", "billing.jsonl"), `{"type":"refund","refundId":"re_x","key":"b","inv`);
  recordRefund({ invoiceId: "inv_1", amountCents: 7, key: "b" });
  expect(findInvoice("inv_1")).toMatchObject({ refundedCents: 107 });
  expect(readLines()).toHaveLength(3);
});

test("recordRefund() writes where COUNTERSIGN_BILLING_FILE says", () => {
  const file = join(folder, "elsewhere.jsonl");
  vi.stubEnv("COUNTERSIGN_BILLING_FILE", file);
  recordRefund({ invoiceId: "inv_3", amountCents: 1, key: "a" });
  expect(JSON.parse(readLines(file)[0] ?? "")).toMatchObject({
    type: "refund",
    invoiceId: "inv_3",
    amountCents: 1,
    key: "a",
  });
});
