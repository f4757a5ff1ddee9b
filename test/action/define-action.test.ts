import { expect, test } from "vitest";
import { z } from "zod";
import { defineAction } from "../../src/action/define-action.ts";

function buildDefinition(changes: object = {}) {
  return {
    name: "mail.send",
    description: "Sends",
    input: z.object({ to: z.string() }),
    run: () => "sent",
    ...changes,
  };
}

test("defineAction() fills in every default", () => {
  expect(defineAction(buildDefinition())).toMatchObject({
    risk: "low",
    requiredScopes: [],
    tags: [],
    approvalRequired: false,
    secretFields: [],
    execution: {
      mode: "idempotent",
      attemptTimeoutMs: 30_000,
      totalTimeoutMs: 3_600_000,
      maxAttempts: 3,
      heartbeatTimeoutMs: 10_000,
    },
  });
});

test("defineAction() freezes the action and takes copies of its lists", () => {
  const tags = ["a"];
  const action = defineAction(buildDefinition({ tags }));
  tags.push("b");
  expect(action.tags).toEqual(["a"]);
  for (const part of [action, action.tags, action.execution]) expect(Object.isFrozen(part)).toBe(true);
});

test.each([
  [{ mode: "inline" }, { attemptTimeoutMs: 5_000, maxAttempts: 3 }],
  [{ mode: "at_most_once", maxAttempts: 5 }, { maxAttempts: 1 }],
  [{ totalTimeoutMs: 1_000 }, { attemptTimeoutMs: 1_000, totalTimeoutMs: 1_000 }],
  [{ attemptTimeoutMs: 7_200_000 }, { attemptTimeoutMs: 7_200_000, totalTimeoutMs: 7_200_000 }],
])("defineAction() makes of execution %j what can be kept: %j", (execution, expected) => {
  expect(defineAction(buildDefinition({ execution })).execution).toMatchObject(expected);
});

test.each(["verifiable", "at_most_once"])("defineAction() takes a probe in mode %s", (mode) => {
  const probe = (): "done" => "done";
  expect(defineAction(buildDefinition({ execution: { mode }, probe }))).toMatchObject({ probe, execution: { mode } });
});

test("defineAction() takes a compensation of any action whose name leaves room for it", () => {
  const compensate = (): void => undefined;
  expect(defineAction(buildDefinition({ name: "a".repeat(189), compensate }))).toMatchObject({ compensate });
});

test.each([
  [{ name: "Mail.send" }, /^Action: name must be lower-case words/],
  [{ name: "a".repeat(201) }, /^Action: name must be/],
  [{ name: undefined }, /^Action: name must be/],
  [{ description: " " }, /^Action mail\.send: description must/],
  [{ title: 1 }, /title must be a text/],
  [{ risk: "huge" }, /risk must be one of low, medium, high/],
  [{ approvalRequired: "yes" }, /approvalRequired must be true or false/],
  [{ aprovalRequired: true }, /aprovalRequired is not a field of an action/],
  [{ input: z.string() }, /input must be a z\.object\(\) schema/],
  [{ input: { parse: () => ({}) } }, /input must be/],
  [{ output: {} }, /output must be a schema/],
  [{ requiredScopes: "finance" }, /requiredScopes must be a list/],
  [{ tags: [""] }, /tags must be a list of non-empty texts/],
  [{ secretFields: ["card"] }, /secretFields must be JSON pointers such as \/card\/number, not "card"/],
  [{ secretFields: ["/a~2"] }, /secretFields must be JSON pointers/],
  [{ run: undefined }, /run must be a function/],
  [{ execution: null }, /execution must be an object/],
  [{ execution: { retries: 1 } }, /execution\.retries is not a field/],
  [{ execution: { mode: "twice" } }, /execution\.mode must be one of/],
  [{ execution: { maxAttempts: 0 } }, /execution\.maxAttempts must be a whole number from 1/],
  [{ execution: { totalTimeoutMs: 1.5 } }, /execution\.totalTimeoutMs must be a whole number/],
  [{ execution: { heartbeatTimeoutMs: 2 ** 31 } }, /execution\.heartbeatTimeoutMs must be a whole number/],
  [{ execution: { retryOn: true } }, /execution\.retryOn must be a function/],
  [{ execution: { mode: "inline", attemptTimeoutMs: 5_001 } }, /attemptTimeoutMs must be at most 5000 in mode inline/],
  [{ execution: { mode: "verifiable" } }, /probe must be there in mode verifiable/],
  [{ execution: { mode: "verifiable" }, probe: "done" }, /probe must be a function/],
  [{ probe: (): string => "done" }, /probe is only asked in the modes at_most_once and verifiable/],
  [{ execution: { mode: "inline" }, probe: (): string => "done" }, /probe is only asked in the modes/],
  [{ compensate: {} }, /compensate must be a function/],
  [
    { name: "a".repeat(190), compensate: () => undefined },
    /compensate needs a name of at most 200 characters with \.compensate/,
  ],
  [{ execution: { attemptTimeoutMs: 2, totalTimeoutMs: 1 } }, /totalTimeoutMs must be at least attemptTimeoutMs/],
])("defineAction() refuses %j", (changes, message) => {
  const define = () => defineAction(buildDefinition(changes));
  expect(define).toThrow(message);
  expect(define).toThrow(expect.objectContaining({ name: "CountersignError", code: "invalid_request" }));
});
