import { describe, expect, it } from "vitest";
import { review, rule } from "./review.ts";

const LATE = "This never happens: the time is over by then";
const NEVER_REMINDED = "Nobody is ever reminded: the time is over by then";

function reviewTerms(approval: string): string[] {
  return review(rule("a", `effect: require_approval, approval: ${approval}`)).map((line) =>
    line.replace(/^\d+:\d+ rules\[0\]\.approval\./, ""),
  );
}

describe("reviewPolicy on clocks of approvals", () => {
  it.each<[approval: string, warnings: string[]]>([
    ["{ remind_every: 24h }", [`remind_every: ${NEVER_REMINDED}`]],
    ["{ remind_every: 1h, decide_by: 1h }", [`remind_every: ${NEVER_REMINDED}`]],
    ["{ escalate: { after: 24h, to: user:a } }", [`escalate.after: ${LATE}`]],
    [
      "{ decide_by: 2h, escalate: [{ after: 1h, to: user:a }, { after: 2h, to: user:a }] }",
      [`escalate[1].after: ${LATE}`],
    ],
    [
      "{ stages: [{}, { decide_by: 3h, remind_every: 4h, escalate: { after: 3h, to: user:a } }] }",
      [`stages[1].remind_every: ${NEVER_REMINDED}`, `stages[1].escalate.after: ${LATE}`],
    ],
    ["{ stages: [{ decide_by: 25h }] }", ["stages[0].decide_by: This is longer than all stages together may take"]],
    ["{ stages: [{ decide_by: 24h, remind_every: 23h }], decide_by: 24h }", []],
    ["{ remind_every: 1h, escalate: { after: 23h, notify: user:a } }", []],
    ["{}", []],
  ])("reviewPolicy() tells of %s what comes too late", (approval, warnings) => {
    expect(reviewTerms(approval)).toEqual(warnings);
  });

  it("reviewPolicy() looks at the clocks of rules whose approval may be asked for, and only tells of others that none is", () => {
    const late = "approval: { remind_every: 9d }";
    expect(review(rule("a", `effect: allow, ${late}`))).toHaveLength(1);
    expect(review(rule("a", `effect: deny, match: { action: x }, ${late}`))).toEqual([
      expect.stringContaining("This rule denies"),
    ]);
  });
});
