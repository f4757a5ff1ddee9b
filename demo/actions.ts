import { createHash } from "node:crypto";
import { defineAction } from "countersign";
import { z } from "zod";
import { actions as billing } from "../examples/billing/actions.ts";

const connectBank = defineAction({
  name: "demo.connect_bank",
  title: "Connect a bank account",
  description: "Logs into the bank that refunds are paid from; tells which token it was given without showing it",
  risk: "medium",
  input: z.object({ bank: z.string(), accessToken: z.string() }),
  output: z.object({ bank: z.string(), fingerprint: z.string() }),
  run: ({ bank, accessToken }) => ({ bank, fingerprint: fingerprintOf(accessToken) }),
});

/** The billing example's actions, and one that is given a secret. */
export const actions = [...billing, connectBank];

/** Proves that somebody had a text without repeating it. */
export function fingerprintOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
