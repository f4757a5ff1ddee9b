import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compilePolicy, formatFault, parsePolicy, runCases } from "countersign/policy";
import { parseCases } from "../../src/core/policy/cases/parse-cases.ts";

const REFERENCE = readFileSync(new URL("../../policies/README.md", import.meta.url), "utf8");

/** A document of the reference and the calls right behind it. */
const examples = [...REFERENCE.matchAll(/^```yaml policy\n([\s\S]*?)^```\n\n```yaml cases\n([\s\S]*?)^```$/gm)];

test("policies/README.md has calls behind each of its documents", () => {
  expect(examples.length).toBeGreaterThan(10);
  expect(examples).toHaveLength([...REFERENCE.matchAll(/^```yaml policy$/gm)].length);
  expect(examples).toHaveLength([...REFERENCE.matchAll(/^```yaml cases$/gm)].length);
});

describe("policies/README.md decides as it says", () => {
  for (const [block, document = "", calls = ""] of examples) {
    const line = REFERENCE.slice(0, REFERENCE.indexOf(block)).split("\n").length;
    test(`in the example at line ${line}`, () => {
      const check = parseCases(`policy: policy.yaml\n${calls}`);
      if ("faults" in check) throw new Error(check.faults.map(formatFault).join("\n"));
      const { cases, defaultEffect } = check.file;
      const policy = compilePolicy(parsePolicy(document), { defaultEffect });
      const differences = runCases(policy, cases).flatMap((result) =>
        result.difference === undefined ? [] : [`${result.case.title}: ${result.difference}`],
      );
      expect(differences).toEqual([]);
    });
  }
});
