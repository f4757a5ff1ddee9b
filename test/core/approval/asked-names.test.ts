import { expect, test } from "vitest";
import type { ApprovalStage } from "../../../src/contract/approval-terms.ts";
import { askedNames } from "../../../src/core/approval/asked-names.ts";

function stageOf(approvers: string[], change: Partial<ApprovalStage> = {}): ApprovalStage {
  return { approvers, approve: 1, deny: 1, ...change };
}

test("askedNames() gives the names of all stages, each once, and no condition", () => {
  const stages = [stageOf(["group:finance", "when:true"]), stageOf(["user:cfo", "group:finance"])];
  expect(askedNames({ stages })).toEqual(["group:finance", "user:cfo"]);
});

test("askedNames() leaves out whom only an escalation asks", () => {
  const escalate = [{ afterMs: 1, to: ["role:lead"], notify: ["user:cfo"] }];
  expect(askedNames({ stages: [stageOf(["user:ben"], { escalate })] })).toEqual(["user:ben"]);
});
