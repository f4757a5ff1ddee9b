import { bundlePolicy, compilePolicy, formatFault, parsePolicy } from "countersign/policy";
import { describe, expect, it } from "vitest";
import { FatigueLimits } from "../../../src/contract/approval-terms.ts";
import { faultsOf } from "./documents.ts";

const BOTH = { requester: { open: 5, per_hour: 20 }, group: { open: 50, per_hour: 200 } };
const BASE = "version: 1\nfatigue: { requester: { open: 3 } }\n";

function fatigueOf(...documents: unknown[]): FatigueLimits | undefined {
  return compilePolicy(documents.map((fatigue) => parsePolicy({ version: 1, fatigue }))).fatigue;
}

describe("fatigue", () => {
  it("fatigue is read from the top of a document, and absent without", () => {
    const limits = { requester: { open: 5, perHour: 20 }, group: { open: 50, perHour: 200 } };
    expect(fatigueOf(BOTH)).toEqual(limits);
    expect(FatigueLimits.parse(fatigueOf(BOTH))).toEqual(limits);
    expect(fatigueOf({ group: { per_hour: 9 } })).toEqual({ group: { perHour: 9 } });
    expect(fatigueOf(undefined)).toBeUndefined();
    expect(Object.isFrozen(fatigueOf(BOTH)?.requester)).toBe(true);
  });

  it("fatigue of several documents is the lowest of each", () => {
    expect(fatigueOf(BOTH, undefined, { requester: { open: 9, per_hour: 2 } })).toEqual({
      requester: { open: 5, perHour: 2 },
      group: { open: 50, perHour: 200 },
    });
    expect(fatigueOf({ requester: { open: 1 } }, { requester: { per_hour: 2 } })).toEqual({
      requester: { open: 1, perHour: 2 },
    });
    expect(fatigueOf(undefined, BOTH)).toEqual(fatigueOf(BOTH));
  });

  it("fatigue of an extended document holds, too, also in one text of both", () => {
    const text =
      "version: 1\nextends: [./base.yaml]\nfatigue: { requester: { open: 4, per_hour: 7 }, group: { open: 1 } }\n";
    const load = (): string => BASE;
    const limits = { requester: { open: 3, perHour: 7 }, group: { open: 1 } };
    expect(parsePolicy(text, { load }).fatigue).toEqual(limits);
    expect(parsePolicy(bundlePolicy(text, { load })).fatigue).toEqual(limits);
    const bare = bundlePolicy("version: 1\nextends: [./base.yaml]\n", { load });
    expect(parsePolicy(bare).fatigue).toEqual({ requester: { open: 3 } });
    expect(bare).not.toContain("group");
  });

  it.each<[what: string, fatigue: unknown, expected: string]>([
    ["as a number", 5, "fatigue: This must be a mapping"],
    ["of nobody", {}, "fatigue: This limits nothing (name requester or group)"],
    ["of somebody unknown", { approver: {} }, 'fatigue.approver: Unknown key "approver"'],
    ["of a requester as a number", { requester: 5 }, "fatigue.requester: This must be a mapping"],
    ["of nothing", { group: {} }, "fatigue.group: This limits nothing (name open or per_hour)"],
    ["of none", { group: { open: 0 } }, "fatigue.group.open: This must be a whole number from 1 to 1000000"],
    ["of many", { group: { per_hour: 1_000_001 } }, "fatigue.group.per_hour: This must be a whole number"],
  ])("fatigue %s is refused", (_, fatigue, expected) => {
    expect(faultsOf({ version: 1, fatigue }).map(formatFault)[0]).toContain(expected);
  });

  it("fatigue can't stand beside policies of the older form", () => {
    expect(faultsOf({ fatigue: BOTH, policies: [] }).map(formatFault)[0]).toContain("fatigue");
  });
});
