import { createHash } from "node:crypto";
import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** An invoice as the example knows it. */
export interface Invoice {
  readonly invoiceId: string;
  readonly customer: string;
  readonly amountCents: number;
  readonly paid: boolean;
  readonly refundedCents: number;
}

/** One effect of an action: a line of the file. */
type Entry =
  | {
      readonly type: "refund";
      readonly refundId: string;
      readonly key: string;
      readonly invoiceId: string;
      readonly amountCents: number;
    }
  | { readonly type: "payment"; readonly key: string; readonly invoiceId: string };

const INVOICES = [
  { invoiceId: "inv_1", customer: "Ada's Analytical Engines", amountCents: 129_00 },
  { invoiceId: "inv_2", customer: "Babbage & Sons", amountCents: 49_50 },
  { invoiceId: "inv_3", customer: "Countess Cloud", amountCents: 1_250_00 },
];

/** Every invoice, with what has been done to it. */
export function listInvoices(): Invoice[] {
  const entries = readEntries();
  return INVOICES.map((invoice) => {
    const own = entries.filter((entry) => entry.invoiceId === invoice.invoiceId);
    const refunds = own.map((entry) => (entry.type === "refund" ? entry.amountCents : 0));
    return {
      ...invoice,
      paid: own.some((entry) => entry.type === "payment"),
      refundedCents: refunds.reduce((sum, cents) => sum + cents, 0),
    };
  });
}

/** One invoice, if there is one of that id. */
export function findInvoice(invoiceId: string): Invoice | undefined {
  return listInvoices().find((invoice) => invoice.invoiceId === invoiceId);
}

/** Marks an invoice as paid; a second time with the same key changes nothing. */
export function recordPayment(payment: { readonly invoiceId: string; readonly key: string }): void {
  if (readEntries().some((entry) => entry.type === "payment" && entry.key === payment.key)) return;
  append({ type: "payment", ...payment });
}

/** Refunds; a second time with the same key gives the first refund, as a payment provider does. */
export function recordRefund(refund: {
  readonly invoiceId: string;
  readonly amountCents: number;
  readonly key: string;
}): {
  readonly refundId: string;
} {
  const first = readEntries().find((entry) => entry.type === "refund" && entry.key === refund.key);
  if (first?.type === "refund") return { refundId: first.refundId };
  const refundId = `re_${createHash("sha256").update(refund.key).digest("hex").slice(0, 16)}`;
  append({ type: "refund", refundId, ...refund });
  return { refundId };
}

/** Where the effects are kept, one JSON object a line, so that they can be counted. */
function fileName(): string {
  const { COUNTERSIGN_BILLING_FILE, COUNTERSIGN_DATA_DIR } = process.env;
  return COUNTERSIGN_BILLING_FILE || join(COUNTERSIGN_DATA_DIR || ".countersign", "billing.jsonl");
}

/** Reading and appending are synchronous: within a process nothing comes between the look for a key and the line that takes it. */
function append(entry: Entry): void {
  mkdirSync(dirname(fileName()), { recursive: true });
  // A crash may have torn the last line: ending it first keeps the torn part and this line apart.
  const line = `${endsTorn() ? "\n" : ""}${JSON.stringify(entry)}\n`;
  const file = openSync(fileName(), "a");
  try {
    appendFileSync(file, line);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function readEntries(): Entry[] {
  return readText().split("\n").flatMap(parseLine);
}

/** A torn line was never acknowledged: its attempt runs again with the same key. */
function parseLine(line: string): Entry[] {
  try {
    return [JSON.parse(line) as Entry];
  } catch {
    return [];
  }
}

function endsTorn(): boolean {
  const text = readText();
  return text !== "" && !text.endsWith("\n");
}

function readText(): string {
  try {
    return readFileSync(fileName(), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
