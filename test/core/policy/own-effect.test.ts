import { expect, test } from "vitest";
import { ownEffectOf } from "../../../src/core/policy/own-effect.ts";

const sanitized = { set: [], removed: ["/bcc"], masked: [] };

test("ownEffectOf() is the recorded effect where nothing but policy made it", () => {
  expect(ownEffectOf({ effect: "deny" })).toBe("deny");
});

test("ownEffectOf() asks for the approval that grants stood for", () => {
  expect(ownEffectOf({ effect: "allow", granted: [{ grant: "grt_1", by: "ada" }] })).toBe("require_approval");
});

test("ownEffectOf() asks nobody where only a budget brought the call to people", () => {
  expect(ownEffectOf({ effect: "require_approval", exceeds: true })).toBe("allow");
  expect(ownEffectOf({ effect: "require_approval", exceeds: true, sanitized })).toBe("sanitize");
});
