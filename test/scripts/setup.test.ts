import { expect, test } from "vitest";
import { checkNode } from "../../scripts/setup.mjs";

test.each(["20.19.0", "20.20.2", "22.0.0", "24.1.0"])("checkNode() takes Node.js %s", (version) => {
  expect(() => checkNode(version)).not.toThrow();
});

test.each(["18.20.4", "20.18.3", "16.0.0"])("checkNode() refuses Node.js %s and says what is needed", (version) => {
  expect(() => checkNode(version)).toThrow(`needs Node.js 20.19 or newer and this is ${version}`);
});
