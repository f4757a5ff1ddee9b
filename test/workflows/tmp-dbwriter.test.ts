import { afterAll, beforeAll, expect, test } from "vitest";
import { castVote } from "../../workflows/messages.ts";
import { handleOf, startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";
import { effects, testActions, testPolicy } from "./actions.ts";
let guard: TestGuard;
beforeAll(async () => { guard = await startGuard(testActions, testPolicy); });
afterAll(() => guard.close());
test("db writer", async () => {
  const agent = await guard.caller({ subject: "agent" });
  const view = await guard.gateway.invoke(agent, { action: "test.asked_note", input: { text: "x" } });
  const resolution = JSON.stringify({ status: "approved", at: new Date().toISOString(), by: ["boss"], digest: view.digest, actionVersion: "x", policyVersion: "x" });
  await guard.store.db.query("update approval set status = 'approved', resolution = $1, resolved_at = now() where invocation = $2", [resolution, view.id]);
  await handleOf(guard, view).signal(castVote, "x");
  const closed = await waitForStatus(guard, view.id, "executed", "failed");
  console.log("DBWRITER", closed.status, closed.error, effects.get(view.id));
  expect(1).toBe(1);
});
