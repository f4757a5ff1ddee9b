import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createDocumentLoader } from "../../src/process/document-loader.ts";

const outside = mkdtempSync(join(tmpdir(), "countersign-loader-"));
const folder = join(outside, "policies");
mkdirSync(join(folder, "teams"), { recursive: true });
writeFileSync(join(outside, "secret.yaml"), "secret");
mkdirSync(join(outside, "policies-of-others"));
writeFileSync(join(outside, "policies-of-others", "x.yaml"), "secret");
writeFileSync(join(folder, "base.yaml"), "base");
writeFileSync(join(folder, "teams", "web.yaml"), "web");
writeFileSync(join(folder, "large.yaml"), "x".repeat(262_145));
symlinkSync(join(folder, "base.yaml"), join(folder, "inner-link.yaml"));
symlinkSync(join(outside, "secret.yaml"), join(folder, "link.yaml"));
symlinkSync(outside, join(folder, "up"));
symlinkSync("/dev/zero", join(folder, "endless.yaml"));
symlinkSync(folder, join(outside, "linked"));

afterAll(() => rmSync(outside, { recursive: true }));

test.each<[name: string, text: string | undefined]>([
  ["base.yaml", "base"],
  ["teams/web.yaml", "web"],
  ["inner-link.yaml", "base"],
  ["nowhere.yaml", undefined],
  ["teams", undefined],
  ["../secret.yaml", undefined],
  ["../policies-of-others/x.yaml", undefined],
  ["link.yaml", undefined],
  ["up/secret.yaml", undefined],
  ["endless.yaml", undefined],
  ["large.yaml", undefined],
  ["a\u0000b", undefined],
])("createDocumentLoader() gives for %s %j", (name, text) => {
  expect(createDocumentLoader(join(folder, "own.yaml"))(name)).toBe(text);
});

test("createDocumentLoader() follows a link to the document's own folder", () => {
  expect(createDocumentLoader(join(outside, "linked", "own.yaml"))("base.yaml")).toBe("base");
});
