import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "../../src/gateway/gateway.ts";
import { getInvocation } from "../../workflows/messages.ts";
import { closedHistory, handleOf, startGuard, type TestGuard } from "../support/guard.ts";
import { testActions, testPolicy } from "./actions.ts";

const NOTE = { text: "see [ticket](http://evil.example)" };

let guard: TestGuard;
let agent: Caller;
let reviewer: Caller;

beforeAll(async () => {
  guard = await startGuard(testActions, testPolicy);
  agent = await guard.caller({ subject: "[click](http://evil.example)", kind: "agent" });
  reviewer = await guard.caller({ subject: "reviewer", groups: ["reviewers"], permissions: ["approve", "read"] });
});
afterAll(() => guard.close());

function ask() {
  return guard.gateway.invoke(agent, { action: "test.asked_note", input: NOTE, reason: "*Now*", run: "run_1" });
}

test("guardedAction shows approvers what is asked, by whom and why, as inert Markdown", async () => {
  const view = await ask();
  const description = await handleOf(guard, view).describe();
  const actor = "\\[click\\](http:\u2060//evil.example)";
  expect(await description.staticSummary()).toBe(`test.asked_note for ${actor}`);
  expect((await description.staticDetails())?.split("\n\n")).toEqual([
    `**test.asked_note** for ${actor}`,
    '- text: "see \\[ticket\\](http:\u2060//evil.example)"',
    "Reason: \\*Now\\*",
    `Digest: ${view.digest}`,
  ]);
});

test("guardedAction's details follow its state, from whom it waits for to what it gave", async () => {
  const view = await ask();
  const waiting = await handleOf(guard, view).query(getInvocation);
  expect(waiting?.details).toContain(`**Waiting for approval** until ${view.approval?.decideBy}`);
  expect(waiting?.details).toContain("May approve: group:reviewers, user:boss");
  await guard.gateway.vote(reviewer, view.id, { decision: "approve" });
  await closedHistory(guard, view);
  const closed = await handleOf(guard, view).query(getInvocation);
  expect(closed?.details.split("\n\n")).toEqual([
    "**Executed**",
    'Result: \\{"text":"see \\[ticket\\](http:\u2060//evil.example)"\\}',
    `Digest: ${view.digest}`,
  ]);
});
