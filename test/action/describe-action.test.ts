import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineAction } from "../../src/action/define-action.ts";
import { describeAction } from "../../src/action/describe-action.ts";
import { Manifest } from "../../src/contract/manifest.ts";

function buildAction(changes: object = {}) {
  return defineAction({
    name: "mail.send",
    description: "Sends",
    input: z.object({ to: z.email(), copies: z.int().default(1) }),
    output: z.object({ id: z.string() }),
    execution: { retryOn: () => false },
    run: () => ({ id: "1" }),
    ...changes,
  });
}

function describeInput(input: z.ZodObject) {
  return describeAction(buildAction({ input }), "mail").inputSchema;
}

test("describeAction() writes a manifest that the contract takes, without anything of the code", () => {
  const manifest = describeAction(buildAction(), "mail");
  expect(Manifest.parse(manifest)).toEqual(manifest);
  expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest);
  expect(manifest).toMatchObject({
    name: "mail.send",
    taskQueue: "mail",
    version: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  expect(manifest.execution).not.toHaveProperty("retryOn");
});

test("describeAction() describes the input as it is sent", () => {
  expect(describeInput(z.object({ copies: z.int().default(1) }))).not.toHaveProperty("required");
});

test("describeAction() leaves the output schema out when there is none", () => {
  expect(describeAction(buildAction({ output: undefined }), "mail")).not.toHaveProperty("outputSchema");
});

test("describeAction() gives a version that depends on what is published, not on the task queue", () => {
  const { version } = describeAction(buildAction(), "mail");
  expect(describeAction(buildAction(), "other").version).toBe(version);
  expect(describeAction(buildAction({ risk: "high" }), "mail").version).not.toBe(version);
  expect(describeAction(buildAction({ input: z.object({ to: z.string() }) }), "mail").version).not.toBe(version);
});

test("describeAction() tells an action's limits, and nothing of them for an action without any", () => {
  const budget = { name: "mails", limit: 5, unit: "usd", estimate: () => 1 };
  const manifest = describeAction(buildAction({ limits: { attempts: { perRun: 3 }, budget } }), "mail");
  expect(manifest.limits).toEqual({ attempts: { perRun: 3 }, budget: [{ name: "mails", limit: 5, unit: "usd" }] });
  expect(Manifest.parse(manifest)).toEqual(manifest);
  const plain = describeAction(buildAction(), "mail");
  expect(plain).not.toHaveProperty("limits");
  expect(manifest.version).not.toBe(plain.version);
});

test("describeAction() gives an action without limits the version that it had before there were any", () => {
  const action = defineAction({ name: "a", description: "Acts", input: z.object({}), run: () => null });
  expect(describeAction(action, "any").version).toBe("50395841026cceb0");
});

test.each([
  ["a coerced number", z.coerce.number(), "12"],
  ["an optional coerced number", z.coerce.number().optional(), "12"],
  ["a preprocessed list", z.preprocess((text) => String(text).split(","), z.array(z.string())), "a,b"],
  ["a pattern that ignores case", z.string().regex(/^eur$/i), "EUR"],
  [
    "two patterns, one of which ignores case",
    z
      .string()
      .regex(/^[a-z]+$/i)
      .regex(/r$/i),
    "EUR",
  ],
  ["a date", z.coerce.date(), "2026-01-01"],
  ["a big number", z.coerce.bigint(), "1"],
  ["a transform", z.string().transform(Number), "1"],
])("describeAction() never describes %s more narrowly than the schema takes it", (_, field, value) => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(describeInput(z.object({ field })));
  expect(z.object({ field }).safeParse({ field: value }).success).toBe(true);
  expect(validate({ field: value })).toBe(true);
});

test("describeAction() keeps what JSON Schema can say", () => {
  const schema = describeInput(
    z.strictObject({
      amountCents: z.int().positive(),
      note: z
        .string()
        .regex(/^[a-z]+$/)
        .max(9),
    }),
  );
  expect(schema).toMatchObject({
    additionalProperties: false,
    properties: { amountCents: { type: "integer", exclusiveMinimum: 0 }, note: { pattern: "^[a-z]+$", maxLength: 9 } },
  });
});

test("describeAction() tells that an action can be probed and compensated, and nothing of how", () => {
  const [probe, compensate] = [(): string => "done", (): void => undefined];
  const manifest = describeAction(buildAction({ execution: { mode: "verifiable" }, probe, compensate }), "mail");
  expect(manifest).toMatchObject({ canProbe: true, canCompensate: true, execution: { mode: "verifiable" } });
  expect(Manifest.parse(manifest)).toEqual(manifest);
  const other = { probe: () => "unknown", compensate: async () => undefined, execution: { mode: "verifiable" } };
  expect(describeAction(buildAction(other), "mail").version).toBe(manifest.version);
  const plain = describeAction(buildAction(), "mail");
  expect(plain).not.toHaveProperty("canProbe");
  expect(plain).not.toHaveProperty("canCompensate");
});
