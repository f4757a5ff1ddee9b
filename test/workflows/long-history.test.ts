import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "../../src/gateway/gateway.ts";
import { castVote } from "../../workflows/messages.ts";
import { handleOf, startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";
import { effects, testActions, testPolicy } from "./actions.ts";

/** At about four thousand events the server suggests a new history; each signal is one. */
const SIGNALS = 4_200;

let guard: TestGuard;
let agent: Caller;
let reviewer: Caller;

beforeAll(async () => {
  guard = await startGuard(testActions, testPolicy);
  agent = await guard.caller({ subject: "agent", kind: "agent" });
  reviewer = await guard.caller({ subject: "reviewer", groups: ["reviewers"], permissions: ["approve", "read"] });
});
afterAll(() => guard.close());

test(
  "guardedAction() goes on in a new history when its own has grown too long, and still executes once",
  { timeout: 120_000 },
  async () => {
    const view = await guard.gateway.invoke(agent, { action: "test.asked_note", input: { text: "please" } });
    const handle = handleOf(guard, view);
    const first = (await handle.describe()).runId;
    for (let sent = 0; sent < SIGNALS; sent += 100) {
      await Promise.all(Array.from({ length: 100 }, () => handle.signal(castVote, "vote_none")));
    }
    for (const deadline = Date.now() + 60_000; (await handle.describe()).runId === first;) {
      if (Date.now() > deadline) throw new Error("The run kept its history");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await guard.gateway.vote(reviewer, view.id, { decision: "approve" });
    await waitForStatus(guard, view.id, "executed");
    expect(effects.get(view.id)).toBe(1);
    const events = await guard.gateway.listInvocationEvents(guard.admin, view.id);
    expect(events.filter(({ type }) => type === "approval.opened")).toHaveLength(1);
  },
);
