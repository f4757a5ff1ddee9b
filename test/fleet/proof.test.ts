import { expect, test } from "vitest";
import { prove } from "../../proof/prove.ts";
import { undoLater } from "../support/processes.ts";

test("prove finds nothing lost, nothing doubled and nothing unexplained after two kills of workers and HTTP processes", async () => {
  undoLater(() => undefined);
  const report = await prove(100, () => undefined);
  console.log(JSON.stringify(report));
  expect(report).toMatchObject({ lost: 0, doubled: 0, uncertainKeyed: 0, unexplained: 0, auditIntact: true });
  expect(report).toMatchObject({ proof: "fleet", pending: 100, secondRound: 30, killed: 6, holds: true });
  expect(report.effects.keyed).toBe(104);
  expect(report.effects.once).toBeLessThanOrEqual(26);
  expect(report.effects.once).toBeGreaterThanOrEqual(26 - report.uncertain);
});
