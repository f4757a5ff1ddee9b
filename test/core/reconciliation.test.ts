import { expect, test } from "vitest";
import { reconcileRow } from "../../src/core/reconciliation.ts";

const NOW_MS = Date.UTC(2030, 0, 1);
const at = new Date(NOW_MS);

test("reconcileRow() makes executed what took effect, with its output where that is known", () => {
  const executed = { status: "executed", closed_at: at, executed_at: at, error: null };
  const finding = { outcome: "executed", finder: "A person", nowMs: NOW_MS } as const;
  expect(reconcileRow(finding)).toEqual(executed);
  const output = { real: '"sk_live"', view: '"[redacted]"' };
  expect(reconcileRow({ ...finding, output })).toEqual({ ...executed, output: output.real, output_view: output.view });
});

test("reconcileRow() makes failed what did not, and says who found out", () => {
  const output = { real: "1", view: "1" };
  const row = reconcileRow({ outcome: "failed", output, finder: "The action's probe", nowMs: NOW_MS });
  const { error, ...rest } = row;
  expect(rest).toEqual({ status: "failed", closed_at: at });
  const message = "The action's probe found that it did not take effect";
  expect(JSON.parse(error ?? "")).toEqual({ code: "action_failed", message, retryable: false });
});
