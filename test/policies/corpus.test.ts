import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CompiledPolicy, formatFault, type PolicyCase, runCases } from "countersign/policy";
import { loadCases } from "../../src/cli/policy-files.ts";
import { packageRoot } from "../../src/embedded/temporal-cli.ts";

/** Evasions and harmless look-alikes. */
const FOLDER = join(packageRoot(), "policies", "tests");
const MIN_CASES = 400;

const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".yaml"))
  .sort();
const counts = files.map(describeFile);

test(`policies/tests holds at least ${MIN_CASES} cases`, () => {
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(MIN_CASES);
});

/** One test per case. A file that can't be loaded is one failing test, so that it doesn't hide the other files. */
function describeFile(name: string): number {
  const loaded = tryLoad(name);
  describe(`policies/tests/${name}`, () => {
    test(`loadCases() reads ${name}`, () => expect(() => load(name)).not.toThrow());
    for (const expected of loaded?.cases ?? [])
      test(`${expected.effect}: ${expected.title}`, () => expectPassed(loaded?.policy, expected));
  });
  return loaded?.cases.length ?? 0;
}

function tryLoad(name: string) {
  try {
    return load(name);
  } catch {
    return undefined;
  }
}

function load(name: string) {
  const loaded = loadCases(join(FOLDER, name));
  if (!("faults" in loaded)) return loaded;
  throw new Error(loaded.faults.map((fault) => `${name}:${formatFault(fault)}`).join("\n"));
}

function expectPassed(policy: CompiledPolicy | undefined, expected: PolicyCase): void {
  const results = policy && runCases(policy, [expected]);
  expect(results?.map(({ difference }) => difference)).toEqual([undefined]);
}
