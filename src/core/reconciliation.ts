import type { ErrorView } from "../contract/invocation.ts";
import { canonicalJson } from "./canonical.ts";

/** What was found out about an uncertain outcome. */
export interface Reconciliation {
  readonly outcome: "executed" | "failed";
  /** Real and redacted output, canonical JSON; absent where nobody knows it. */
  readonly output?: { readonly real: string; readonly view: string } | undefined;
  /** What says that it did not take effect, such as "A person". */
  readonly finder: string;
  /** Database time, epoch milliseconds. */
  readonly nowMs: number;
}

/** How a reconciled invocation ends, in the columns of its row. */
export interface ReconciledRow {
  readonly status: Reconciliation["outcome"];
  readonly closed_at: Date;
  readonly executed_at?: Date;
  /** Canonical JSON of an error's view; `null` takes the earlier one away. */
  readonly error: string | null;
  readonly output?: string;
  readonly output_view?: string;
}

/** What becomes of an uncertain invocation's row. */
export function reconcileRow({ outcome, output, finder, nowMs }: Reconciliation): ReconciledRow {
  const closed = { status: outcome, closed_at: new Date(nowMs) };
  if (outcome === "failed") {
    const error: ErrorView = {
      code: "action_failed",
      message: `${finder} found that it did not take effect`,
      retryable: false,
    };
    return { ...closed, error: canonicalJson(error) };
  }
  const kept = output === undefined ? {} : { output: output.real, output_view: output.view };
  return { ...closed, executed_at: closed.closed_at, error: null, ...kept };
}
