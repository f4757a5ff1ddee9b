import { compilePolicy, template, TEMPLATE_NAMES } from "countersign/policy";
import { expect, it } from "vitest";
import { CountersignError } from "../../../src/core/countersign-error.ts";

it.each(TEMPLATE_NAMES)("template() gives %s, parsed once", (name) => {
  const document = template(name);
  expect(template(name)).toBe(document);
  expect(Object.isFrozen(document)).toBe(true);
  expect(() => compilePolicy(document)).not.toThrow();
});

it("template() leaves open what it doesn't mention, and strict never does", () => {
  const effects = TEMPLATE_NAMES.map((name) => {
    const policy = compilePolicy(template(name), { defaultEffect: "allow" });
    return [name, policy.evaluate({ action: "coffee.brew", input: { cups: 1 } }).effect];
  });
  expect(Object.fromEntries(effects)).toEqual({
    safe_coding: "allow",
    safe_browsing: "allow",
    safe_database: "allow",
    strict: "deny",
  });
});

it.each<[name: unknown, message: string]>([
  ["safe_codign", 'There is no template "safe_codign" (did you mean "safe_coding"?)'],
  ["house", 'There is no template "house" (there are safe_coding, safe_browsing, safe_database, strict)'],
  ["../../package", "There is no template"],
  [undefined, 'There is no template ""'],
])("template() refuses %j", (name, message) => {
  const load = () => template(name as string);
  expect(load).toThrow(message);
  expect(load).toThrow(CountersignError);
});
