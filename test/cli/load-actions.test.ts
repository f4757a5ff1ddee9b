import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadActions } from "../../src/cli/load-actions.ts";
import { writeFiles } from "./temporary-files.ts";

const CLONE = fileURLToPath(new URL("../..", import.meta.url));
/** A folder of the clone that git doesn't see. */
const INSIDE_CLONE = join(CLONE, ".cache");

const MODULE = `
import { defineAction } from "countersign";
import { z } from "zod";
import { name } from "./name.ts";
interface Marker { readonly typescript: true }
export const actions = [defineAction({ name, description: "Says hello", input: z.object({}), run: (): unknown => ({} as Marker) })];
`;
const NAME = `export const name: string = "say.hello";`;

describe("loadActions()", () => {
  test("loads the billing example", async () => {
    const { actions } = await loadActions(join(CLONE, "examples/billing/actions.ts"));
    expect(actions.map(({ name }) => name)).toEqual([
      "billing.list_invoices",
      "billing.get_invoice",
      "billing.mark_invoice_paid",
      "billing.issue_refund",
    ]);
  });

  test.each([
    ["with a package.json that says module", { "package.json": `{ "name": "inner", "type": "module" }` }],
    ["with a package.json that says nothing", { "package.json": `{ "name": "inner" }` }],
    ["without a package.json", {}],
  ])("finds countersign from a nested folder %s", async (_, files) => {
    const folder = writeFiles({ ...files, "deep/actions.ts": MODULE, "deep/name.ts": NAME }, INSIDE_CLONE);
    const { actions } = await loadActions(join(folder, "deep/actions.ts"));
    expect(actions).toMatchObject([{ name: "say.hello", risk: "low" }]);
  });

  test("loads JavaScript", async () => {
    const module = MODULE.replaceAll(/^interface.*$|: unknown| as Marker/gm, "").replace("./name.ts", "./name.js");
    const folder = writeFiles(
      { "package.json": `{ "type": "module" }`, "actions.js": module, "name.js": `export const name = "say.js";` },
      INSIDE_CLONE,
    );
    expect((await loadActions(join(folder, "actions.js"))).actions).toMatchObject([{ name: "say.js" }]);
  });

  test.each([
    ["an object", `export const credentials = { word: "of ", get(name) { return this.word + name; } };`],
    ["a function", `export const credentials = (name) => "of " + name;`],
  ])("takes credentials as %s", async (_, text) => {
    const folder = writeFiles({ "actions.js": `export const actions = []; ${text}` }, INSIDE_CLONE);
    const { credentials } = await loadActions(join(folder, "actions.js"));
    const call = { tenant: "default", actor: "agent", run: undefined, action: "mail.send", invocation: "ivn_1" };
    expect(await credentials?.get("mail", call)).toBe("of mail");
  });

  test.each([
    ["exports no list", `export const action = 1;`, /must export a list named actions/],
    [
      "exports what defineAction didn't make",
      `export const actions = [{ name: "a", run() {} }];`,
      /actions\[0\], which was not made by/,
    ],
    ["exports one name twice", `${MODULE} actions.push(actions[0]);`, /exports two actions named say\.hello/],
    [
      "exports credentials of no use",
      `export const actions = []; export const credentials = { fetch: () => "" };`,
      /must export credentials as a function or as an object with a function get/,
    ],
    ["throws", `throw new Error("No database");`, /Can't load the actions module .*: No database$/],
    ["can't be parsed", `export const = 1;`, /Can't load the actions module/],
    ["imports what isn't there", `import "./gone.ts";`, /Can't load the actions module .*gone/],
  ])("says what is wrong with a module that %s", async (_, text, message) => {
    const folder = writeFiles(
      { "package.json": `{ "type": "module" }`, "actions.ts": text, "name.ts": NAME },
      INSIDE_CLONE,
    );
    const failure = loadActions(join(folder, "actions.ts"));
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ name: "CountersignError", code: "invalid_request" });
  });

  test("says that a module is missing", async () => {
    await expect(loadActions("/nonexistent/actions.ts")).rejects.toThrow(
      "There is no actions module at /nonexistent/actions.ts",
    );
  });
});
