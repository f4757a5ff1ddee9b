import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { ApprovalExclusion, ApprovalTerms } from "../../../src/contract/approval-terms.ts";
import {
  coverByGrants,
  coversInput,
  type GrantCheck,
  type StandingGrant,
  statusOfGrant,
} from "../../../src/core/approval/grants.ts";
import { diffInputs } from "../../../src/core/approval/difference.ts";
import { readGrantBounds } from "../../../src/core/approval/grant-bounds.ts";
import { anyInput, anyJson, isWithin } from "./inputs.ts";

describe("coversInput()", () => {
  const sourceInput = { amountCents: 50, invoice: "inv_1", items: [{ n: 1 }, { n: 2 }] };
  const bounds = { "/amountCents": { lte: 100 }, "/note": { exists: false }, "/items/1/n": { in: [2, 3] } };

  test.each([
    [sourceInput, true],
    [{ ...sourceInput, amountCents: 100 }, true],
    [{ ...sourceInput, items: [{ n: 1 }, { n: 3 }] }, true],
    [{ ...sourceInput, amountCents: 101 }, false],
    [{ ...sourceInput, invoice: "inv_2" }, false],
    [{ ...sourceInput, note: "x" }, false],
    [{ ...sourceInput, other: null }, false],
    [{ ...sourceInput, items: [{ n: 2 }, { n: 2 }] }, false],
    [{ ...sourceInput, items: [{ n: 1 }, { n: 2 }, { n: 3 }] }, false],
    [{ ...sourceInput, items: [{ n: 1 }, { n: 2, x: 1 }] }, false],
    [{ invoice: "inv_1", items: sourceInput.items }, false],
    [null, false],
  ])("answers for %j: %j", (input, isCovered) => {
    expect(coversInput({ bounds, sourceInput }, input)).toBe(isCovered);
  });

  it("covers only the very same input when nothing is bounded, whatever the order of its keys", () => {
    expect(coversInput({ bounds: {}, sourceInput: { a: 1, b: 2 } }, { b: 2, a: 1 })).toBe(true);
    expect(coversInput({ bounds: {}, sourceInput: { a: 1, b: 2 } }, { a: 1 })).toBe(false);
  });

  it("lets a bounded item of a list differ, and never the number of items", () => {
    const grant = { bounds: { "/a/0": { lte: 5 }, "/a": { exists: true } }, sourceInput: { a: [1], b: 1 } };
    expect(coversInput(grant, { a: [4], b: 1 })).toBe(true);
    const narrow = { bounds: { "/a/0": { lte: 5 } }, sourceInput: { a: [1], b: 1 } };
    expect([[[4]], [[4, 1]], [[]]].map(([a]) => coversInput(narrow, { a, b: 1 }))).toEqual([true, false, false]);
  });

  it("covers nothing by bounds that can't be read", () => {
    expect(coversInput({ bounds: { "/a": { less: 1 } }, sourceInput: { a: 1 } }, { a: 1 })).toBe(false);
  });

  it("covers an input only if it differs from the approved one at bounded places and keeps within their bounds", () => {
    const anyBounds = fc.dictionary(
      fc.constantFrom("/a", "/b", "/a/0", "/a/a", "/amountCents", "/a~1b"),
      fc.constantFrom({ lte: 2 }, { exists: true }, { exists: false }, { in: ["x", 1] }),
    );
    const anyPair = fc.oneof(
      fc.tuple(anyInput, anyInput),
      fc.tuple(anyInput, anyJson).map(([input, value]) => [input, { ...input, a: value }] as const),
      fc.tuple(anyInput, anyJson).map(
        ([input, value]) =>
          [
            { ...input, a: [value] },
            { ...input, a: [1] },
          ] as const,
      ),
    );
    let covered = 0;
    const property = fc.property(anyBounds, anyPair, (bounds, [sourceInput, input]) => {
      const changes = diffInputs(sourceInput, input, { before: sourceInput, after: input });
      const places = Object.keys(bounds);
      if (!coversInput({ bounds, sourceInput }, input)) return;
      covered += changes.length;
      for (const { pointer } of changes) expect(places.some((place) => isWithin(pointer, place))).toBe(true);
      const read = readGrantBounds(bounds);
      expect("bounds" in read && read.bounds.holds(input)).toBe(true);
    });
    fc.assert(property, { numRuns: 500 });
    expect(covered).toBeGreaterThan(0);
  });
});

/** Terms with one stage for each number of approvals. */
function termsOf(approvals: readonly number[], exclude: ApprovalExclusion[] = ["requester"]): ApprovalTerms {
  const stages = approvals.map((approve, stage) => ({ approvers: [`role:s${stage}`], approve, deny: 1 }));
  return { stages, decideByMs: 1_000, exclude, requireReason: false, onDrift: "ask_again" };
}

/** Grants named by issuer and stage, such as `ada0`. */
function grantsOf(...names: string[]): StandingGrant[] {
  return names.map((id) => ({ id, issuer: id.slice(0, -1), stage: Number(id.at(-1)), bounds: {}, sourceInput: {} }));
}

const ANYBODY: GrantCheck = { isApprover: () => true, requesters: ["agent"] };

function cover(terms: ApprovalTerms, names: readonly string[], check = ANYBODY): string[] | undefined {
  return coverByGrants(terms, grantsOf(...names), check)?.map(({ id }) => id);
}

describe("coverByGrants()", () => {
  test.each([
    [[1], ["ada0"], ["ada0"]],
    [[1], [], undefined],
    [[1], ["agent0"], undefined],
    [[1], ["ada1"], undefined],
    [[2], ["ada0"], undefined],
    [[2], ["ada0", "ada0"], undefined],
    [[2], ["ada0", "ada0", "ben0"], ["ada0", "ben0"]],
    [[1, 1], ["ada0"], undefined],
    [
      [1, 1],
      ["ben1", "ada0"],
      ["ada0", "ben1"],
    ],
    [
      [1, 1],
      ["ada0", "ada1"],
      ["ada0", "ada1"],
    ],
    [[1], ["ada0", "ben0", "cleo0"], ["ada0"]],
  ])("finds for stages of %j approvals among %j: %j", (approvals, names, used) => {
    expect(cover(termsOf(approvals), names)).toEqual(used);
  });

  it("asks whether the issuer is an approver of that stage now", () => {
    const isApprover = (approvers: readonly string[], subject: string) => approvers.includes(`role:s${subject.length}`);
    expect(cover(termsOf([1]), ["ada0"], { ...ANYBODY, isApprover })).toBeUndefined();
    expect(cover(termsOf([1]), ["0"], { ...ANYBODY, isApprover })).toEqual(["0"]);
  });

  test.each([
    [[1, 1], ["ada0", "ada1"], undefined],
    [
      [1, 1],
      ["ada0", "ben0", "ada1"],
      ["ben0", "ada1"],
    ],
    [
      [1, 1, 1],
      ["ada0", "ben0", "ada1", "cleo1", "cleo2"],
      ["ben0", "ada1", "cleo2"],
    ],
    [[2, 1], ["ada0", "ben0", "ada1", "ben1"], undefined],
  ])(
    "lets nobody stand in two stages of %j where whoever approved before is excluded: %j",
    (approvals, names, used) => {
      expect(cover(termsOf(approvals, ["requester", "previous_stage"]), names)).toEqual(used);
    },
  );

  it("uses as many people as each stage asks, nobody twice in a stage, no requester, and finds them wherever there are some", () => {
    const anyGrant = fc.tuple(fc.constantFrom("ada", "ben", "cleo", "dan", "agent"), fc.constantFrom(0, 1, 2));
    const anyGrants = fc.array(
      anyGrant.map(([issuer, stage]) => `${issuer}${stage}`),
      { maxLength: 8 },
    );
    const anyApprovals = fc.array(fc.constantFrom(1, 2), { minLength: 1, maxLength: 3 });
    const property = fc.property(anyApprovals, anyGrants, fc.boolean(), (approvals, names, isOnce) => {
      const used = cover(termsOf(approvals, isOnce ? ["requester", "previous_stage"] : ["requester"]), names);
      expect(used !== undefined).toBe(canCover(approvals, names, isOnce));
      if (used === undefined) return;
      const issuers = used.map((name) => name.slice(0, -1));
      expect(issuers).not.toContain("agent");
      expect(new Set(isOnce ? issuers : used).size).toBe(used.length);
      expect(used.every((name) => names.includes(name))).toBe(true);
      approvals.forEach((approve, stage) =>
        expect(used.filter((name) => name.endsWith(String(stage)))).toHaveLength(approve),
      );
      expect(used).toHaveLength(approvals.reduce((sum, approve) => sum + approve, 0));
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});

/** The same question by trying everything. */
function canCover(approvals: readonly number[], names: readonly string[], isOnce: boolean): boolean {
  const find = (left: readonly number[], taken: readonly string[]): boolean => {
    const stage = left.findIndex((approve) => approve > 0);
    if (stage === -1) return true;
    const rest = left.map((approve, index) => (index === stage ? approve - 1 : approve));
    return names.some((name) => {
      const issuer = name.slice(0, -1);
      const mark = isOnce ? issuer : name;
      if (Number(name.at(-1)) !== stage || issuer === "agent" || taken.includes(mark)) return false;
      return find(rest, [...taken, mark]);
    });
  };
  return find(approvals, []);
}

describe("statusOfGrant()", () => {
  const grant = {
    actionVersion: "a1",
    policyVersion: "p1",
    uses: 3,
    used: 1,
    expiresAtMs: 1_000,
    revokedAtMs: undefined,
  };
  const present = { nowMs: 999, actionVersion: "a1", policyVersion: "p1" };

  test.each([
    [{}, {}, "active"],
    [{ revokedAtMs: 5, used: 3 }, { nowMs: 2_000 }, "revoked"],
    [{ used: 3 }, { nowMs: 2_000 }, "used_up"],
    [{}, { nowMs: 1_000, policyVersion: "p2" }, "expired"],
    [{}, { policyVersion: "p2" }, "void"],
    [{}, { policyVersion: undefined }, "void"],
    [{}, { actionVersion: "a2" }, "void"],
    [{}, { actionVersion: undefined }, "void"],
  ])("tells of %j at %j: %s", (changed, now, status) => {
    expect(statusOfGrant({ ...grant, ...changed }, { ...present, ...now })).toBe(status);
  });
});
