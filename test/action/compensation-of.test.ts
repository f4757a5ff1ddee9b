import { expect, test } from "vitest";
import { z } from "zod";
import { defineAction } from "../../src/action/define-action.ts";
import type { Action, ActionContext } from "../../src/action/action.ts";
import { type CompensatedCall, compensationOf } from "../../src/action/compensation-of.ts";
import { describeAction } from "../../src/action/describe-action.ts";

const CALL: CompensatedCall = {
  ...{ id: "ivn_1", action: "billing.refund", actor: "ada", status: "executed", isErased: false, isUntouched: true },
  ...{ input: '{"cents":"7"}', output: '{"receipt":"r"}' },
};

/** An action that notes what it undoes. */
function undoable(seen: unknown[], change: object = {}): Action {
  return defineAction({
    ...{ name: "billing.refund", title: "Refund", description: "Pays back", risk: "high", tags: ["money"] },
    ...{ requiredScopes: ["finance"], approvalRequired: true, secretFields: ["/cents"] },
    approval: { approvers: ["group:finance"], approve: 2, edit: { allow: ["/cents"] } },
    input: z.object({ cents: z.coerce.number() }),
    run: () => ({ receipt: "r" }),
    compensate: (...args) => void seen.push(args),
    ...change,
  });
}

/** Undoes the call that `ivn_1` names, if this one is found. */
function undo(action: Action, found: CompensatedCall | undefined | Error): Promise<unknown> {
  const compensation = compensationOf(action, () =>
    found instanceof Error ? Promise.reject(found) : Promise.resolve(found),
  );
  const context = { actor: "ada", tenant: "default", invocationId: "ivn_2", idempotencyKey: "ivn_2" };
  return Promise.resolve().then(() => compensation?.run({ invocation: "ivn_1" }, context as ActionContext));
}

test("compensationOf() makes none of an action without compensate", () => {
  const action = defineAction({ name: "a.b", description: "b", input: z.object({}), run: () => ({}) });
  expect(compensationOf(action, () => Promise.resolve(undefined))).toBeUndefined();
});

test("compensationOf() is as risky as the action, for the same scopes and terms, and can't be edited", () => {
  const compensation = compensationOf(undoable([]), () => Promise.resolve(CALL));
  const manifest = compensation && describeAction(compensation, "q");
  expect(manifest).toMatchObject({
    ...{ name: "billing.refund.compensate", compensates: "billing.refund", title: "Undo: Refund", risk: "high" },
    ...{ requiredScopes: ["finance"], tags: ["money"], approvalRequired: true, secretFields: [] },
    approval: { stages: [{ approvers: ["group:finance"], approve: 2 }] },
    inputSchema: { properties: { invocation: { type: "string" } }, required: ["invocation"] },
  });
  expect(manifest?.approval).not.toHaveProperty("edit");
  expect(manifest).not.toHaveProperty("canCompensate");
});

test.each([
  ["idempotent", "idempotent"],
  ["inline", "idempotent"],
  ["at_most_once", "at_most_once"],
  ["verifiable", "at_most_once"],
] as const)("compensationOf() of an action in mode %s runs in mode %s", (mode, expected) => {
  const probe = mode === "verifiable" ? { probe: () => "unknown" as const } : {};
  const action = undoable([], { execution: { mode, attemptTimeoutMs: 4_000 }, ...probe });
  const { execution } = compensationOf(action, () => Promise.resolve(CALL)) ?? {};
  expect(execution).toMatchObject({ mode: expected, attemptTimeoutMs: 4_000 });
});

test("compensationOf() gives compensate the parsed input, the output, and a key of the call that is undone", async () => {
  const seen: unknown[] = [];
  await undo(undoable(seen), CALL);
  const context = expect.objectContaining({ compensates: "ivn_1", idempotencyKey: "compensate:ivn_1", actor: "ada" });
  expect(seen).toEqual([[{ cents: 7 }, { receipt: "r" }, context]]);
});

test("compensationOf() gives null where nobody knows an output", async () => {
  const seen: unknown[][] = [];
  await undo(undoable(seen), { ...CALL, output: null });
  expect(seen[0]?.[1]).toBeNull();
});

test.each([
  ["nothing was found", undefined, /names no call/],
  ["the input names another call", { ...CALL, id: "ivn_3" }, /names no call/],
  ["the call is another action's", { ...CALL, action: "billing.pay" }, /names no call/],
  ["the call is another actor's", { ...CALL, actor: "bob" }, /names no call/],
  ["the call was not executed", { ...CALL, status: "failed" }, /not executed/],
  ["the call was erased", { ...CALL, isErased: true, input: "null" }, /erased/],
  ["the input was changed since", { ...CALL, isUntouched: false, input: "null" }, /not the one that ran/],
  ["the input doesn't fit any more", { ...CALL, input: '{"cents":"x"}' }, /doesn't fit/],
])("compensationOf() rejects and undoes nothing when %s", async (_what, found, message) => {
  const seen: unknown[] = [];
  await expect(undo(undoable(seen), found)).rejects.toMatchObject({ name: "ActionRejected", message });
  expect(seen).toEqual([]);
});

test("compensationOf() lets a call that can't be read be tried again, but in mode at_most_once, where a doubt would be final", async () => {
  const away = new Error("The store is away");
  await expect(undo(undoable([]), away)).rejects.toBe(away);
  const once = undoable([], { execution: { mode: "at_most_once" } });
  await expect(undo(once, away)).rejects.toMatchObject({ name: "ActionRejected", message: /can't be read/ });
});
