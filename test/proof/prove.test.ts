import { expect, test } from "vitest";
import { prove } from "../../proof/prove.ts";
// Builds what the processes run, and gives them time.
import "../support/processes.ts";

test("prove finds nothing lost, nothing doubled and nothing unexplained after two kills of workers and HTTP processes", async () => {
  const report = await prove(60, () => undefined);
  console.log(JSON.stringify(report));
  expect(report).toMatchObject({ lost: 0, doubled: 0, uncertainKeyed: 0, unexplained: 0, auditIntact: true });
  expect(report).toMatchObject({ proof: "fleet", pending: 60, secondRound: 18, killed: 6, holds: true });
  expect(report.effects.keyed).toBe(62);
  expect(report.effects.once).toBeLessThanOrEqual(16);
  expect(report.effects.once).toBeGreaterThanOrEqual(16 - report.uncertain);
});
