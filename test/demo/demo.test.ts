import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runProcess } from "../support/run-process.ts";

const CLONE = fileURLToPath(new URL("../../", import.meta.url));
const TITLES = [
  "What policy allows is executed at once",
  "What policy denies does not happen",
  "What needs people waits for them, and runs when they agree",
  "What people reject does not happen",
  "What nobody decides in time expires, which never means yes",
  "One idempotency key is one call, however often it is sent",
  "The same key with another input is a conflict",
  "A kill -9 of everything loses no call that waits, and repeats no effect",
  "A secret reaches the action and nothing else",
  "Everything is on record, and the record can be checked without trusting it",
];

it("demo keeps every claim, tells each step, and leaves nothing behind", { timeout: 180_000 }, async () => {
  const { code, stdout, stderr } = await runProcess(process.execPath, ["scripts/run.mjs", "demo/main.ts"], {
    cwd: CLONE,
  });

  expect(stdout, stderr).not.toContain("✗");
  expect(stdout.match(/^✓ +\d+ {2}.*$/gm)).toEqual(
    TITLES.map((title, index) => `✓ ${`${index + 1}`.padStart(2)}  ${title}`),
  );
  expect(stdout).toMatch(/^10 of 10 as claimed, in \d+ s$/m);
  expect(code).toBe(0);
  expect(existsSync(/ in (\S*countersign-demo-\S+)$/m.exec(stdout)?.[1] ?? CLONE)).toBe(false);
});
