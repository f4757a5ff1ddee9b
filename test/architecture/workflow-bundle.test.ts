import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { beforeAll, expect, test } from "vitest";
import { workflowBundlePath } from "../support/temporal-server.ts";

/** What the SDK itself brings into the sandbox. */
const SDK_PACKAGES = ["@temporalio/common", "@temporalio/proto", "@temporalio/workflow", "long", "ms", "nexus-rpc"];

/** Twice what the SDK alone needs: a library that slips in shows. */
const MAX_BUNDLE_BYTES = 1_000_000;

let code: string;

beforeAll(async () => {
  code = await readFile(await workflowBundlePath(), "utf8");
});

test("The workflow bundle holds the SDK, the workflows, the core and the contract's constants only", () => {
  const modules = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)"$/gm)].map(([, id]) => id ?? "");
  const packages = modules.map((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1]);
  const own = modules.filter((id) => !id.includes("node_modules/") && id.startsWith("./") && id.endsWith(".js"));
  expect(new Set(packages.filter((name) => name !== undefined))).toSatisfy(isSubset(SDK_PACKAGES));
  expect(own).toContain("./workflows/index.js");
  expect(own.filter((id) => !/^\.\/(workflows\/|src\/core\/|src\/contract\/limits\.js)/.test(id))).toEqual([]);
  expect(code.length).toBeLessThan(MAX_BUNDLE_BYTES);
});

test("The workflow bundle asks for none of Node's own modules", () => {
  const asked = [...code.matchAll(/\brequire\("(?:node:)?([^"]+)"\)/g)].map(([, name]) => name ?? "");
  expect(asked.filter((name) => builtinModules.includes(name))).toEqual([]);
});

function isSubset(allowed: readonly string[]): (names: ReadonlySet<string>) => boolean {
  return (names) => [...names].every((name) => allowed.includes(name));
}
