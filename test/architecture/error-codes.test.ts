import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ERROR_CODES } from "../../src/core/errors.ts";
import { packageRoot } from "../../src/embedded/temporal-cli.ts";

const DOCUMENTS = ["README.md", "ARCHITECTURE.md", "SECURITY.md"];

test("ERROR_CODES are all explained to readers", async () => {
  const texts = await Promise.all(DOCUMENTS.map((name) => readFile(join(packageRoot(), name), "utf8")));
  const documented = texts.join("\n");
  expect(Object.keys(ERROR_CODES).filter((code) => !documented.includes(`\`${code}\``))).toEqual([]);
  expect(Object.values(ERROR_CODES).filter(({ meaning }) => !/^[A-Z].*[^.]$/.test(meaning))).toEqual([]);
});
