import { expect, test } from "vitest";
import { compilePolicy, parsePolicy } from "../../../src/core/policy/index.ts";

function compile(...limits: readonly (object | undefined)[]) {
  const rules = [
    {
      name: "rare",
      match: { action: "a" },
      effect: "allow",
      limits: { rate: { limit: 1, per: "1h", scope: "actor" } },
    },
  ];
  return compilePolicy(limits.map((each) => parsePolicy({ version: 1, rules, ...(each && { limits: each }) })));
}

const budget = (limit: number, name = "llm") => ({ budget: { name, limit, unit: "usd", per: "day", estimate: 1 } });

test("documentLimits is absent when no document has limits of its own, whatever its rules have", () => {
  expect(compile(undefined, undefined).documentLimits).toBeUndefined();
});

test("documentLimits has the limits at the top of every document, the stricter where they speak of the same", () => {
  const { documentLimits } = compile(budget(9), undefined, budget(5), budget(7, "mail"));
  expect(documentLimits?.budget).toMatchObject([
    { name: "llm", limit: 5, unit: "usd", per: "day" },
    { name: "mail", limit: 7 },
  ]);
  expect(documentLimits).not.toHaveProperty("rate");
  expect(Object.isFrozen(documentLimits)).toBe(true);
});
