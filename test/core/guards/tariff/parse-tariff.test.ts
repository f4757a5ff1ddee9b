import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CountersignError } from "../../../../src/core/countersign-error.ts";
import { parseTariff } from "../../../../src/core/guards/tariff/parse-tariff.ts";
import "../../../support/fast-check.ts";

const TEXT = `version: 2026-11
currency: usd
per: 1M tokens
models:
  - { provider: anthropic, model: claude-x, input: 3, cached_input: 0.3, output: 15 }
  - { provider: other, model: claude-x, input: 0.000000001, output: 0 }
tools: { web_search: 0.01, __proto__: 0.000001 }
unknown_model: refuse
`;
const USAGE = { provider: "anthropic", model: "claude-x", input: 1_000_000, output: 0 };

function faultsOf(source: string | object, file?: string): CountersignError {
  try {
    parseTariff(source, { file });
  } catch (error) {
    if (error instanceof CountersignError) return error;
    throw error;
  }
  throw new Error("The tariff has no fault");
}

describe("parseTariff()", () => {
  test("parseTariff() prices input, cached input and output apart, and a cached token not as an input token besides", () => {
    const { version, priceUsage } = parseTariff(TEXT);
    expect(version).toBe("2026-11");
    expect(priceUsage(USAGE)).toBe(3_000_000);
    expect(priceUsage({ ...USAGE, cachedInput: 400_000 })).toBe(1_800_000 + 120_000);
    expect(priceUsage({ ...USAGE, cachedInput: 1_000_000, output: 2_000 })).toBe(300_000 + 30_000);
    expect(priceUsage({ ...USAGE, provider: "other", input: 1_000_000_000, cachedInput: 1_000_000_000 })).toBe(1);
  });

  test("parseTariff() reads the same tariff from JSON text and from data", () => {
    const data = { version: "a", per: "1k tokens", models: [{ provider: "p", model: "m", input: 1, output: 2 }] };
    for (const source of [data, JSON.stringify(data)]) {
      expect(parseTariff(source).priceUsage({ provider: "p", model: "m", input: 500, output: 250 })).toBe(1_000_000);
    }
  });

  test("parseTariff() refuses unknown models unless told, and prices them by the default if told", () => {
    const unknown = { provider: "anthropic", model: "Claude-X", input: 1_000, output: 0 };
    expect(parseTariff(TEXT).priceUsage(unknown)).toBeUndefined();
    const data = { version: "a", per: "1k tokens", unknown_model: "default", default: { input: 2, output: 0 } };
    expect(parseTariff(data).priceUsage(unknown)).toBe(2_000_000);
  });

  test.each([{ cachedInput: 1_000_001 }, { input: 0.5 }, { output: -1 }, { input: NaN }, { output: 2e9 }])(
    "parseTariff() gives a tariff that has no price for a usage with %j",
    (fault) => {
      expect(parseTariff(TEXT).priceUsage({ ...USAGE, ...fault })).toBeUndefined();
    },
  );

  test("parseTariff() prices one use of a tool, and no tool that it doesn't know", () => {
    const { priceTool } = parseTariff(TEXT);
    expect(["web_search", "__proto__", "constructor"].map(priceTool)).toEqual([10_000, 1, undefined]);
  });

  test("parseTariff() takes a tariff of tools alone", () => {
    expect(parseTariff({ version: "a", tools: { search: 1 } }).priceTool("search")).toBe(1_000_000);
  });
});

describe("parseTariff(): rounding", () => {
  const price = fc.integer({ min: 0, max: 1_000_000_000_000 }).map((nanos) => nanos / 1e9);
  const tokens = fc.integer({ min: 0, max: 1_000_000_000 });
  const usages = fc
    .record({ uncached: tokens, cachedInput: tokens, output: tokens })
    .filter(({ uncached, cachedInput }) => uncached + cachedInput <= 1_000_000_000);

  test("parseTariff() rounds the exact sum of a usage once, half up, to millionths", () => {
    fc.assert(
      fc.property(
        fc.tuple(price, price, price),
        usages,
        ([input, cached, output], { uncached, cachedInput, output: made }) => {
          const model = { provider: "p", model: "m", input, cached_input: cached, output };
          const priced = parseTariff({ version: "a", per: "1k tokens", models: [model] }).priceUsage({
            ...{ provider: "p", model: "m", input: uncached + cachedInput, cachedInput, output: made },
          });
          // Billionths of a dollar for a thousand tokens: a millionth of a dollar is a million of these.
          const nanos = (dollars: number) => BigInt(Math.round(dollars * 1e9));
          const sum =
            nanos(input) * BigInt(uncached) + nanos(cached) * BigInt(cachedInput) + nanos(output) * BigInt(made);
          const rest = BigInt(priced ?? -1) * 1_000_000n - sum;
          expect(rest > -500_000n && rest <= 500_000n).toBe(true);
          expect(Number.isSafeInteger(priced)).toBe(true);
        },
      ),
    );
  });

  test.each([
    [166, 0],
    [167, 1],
    [499, 1],
    [500, 2],
  ])("parseTariff() prices %d tokens at 3 dollars for a billion as %d millionths", (input, micros) => {
    const model = { provider: "p", model: "m", input: 0.003, output: 0 };
    const { priceUsage } = parseTariff({ version: "a", per: "1M tokens", models: [model] });
    expect(priceUsage({ provider: "p", model: "m", input, output: 0 })).toBe(micros);
  });
});

describe("parseTariff(): faults", () => {
  test("parseTariff() throws invalid_request with every fault and its place", () => {
    const text =
      "version: 2026\ncurrency: eur\nmodels:\n  - { provider: p, model: m, input: -1, output: 1, extra: 1 }\n";
    const error = faultsOf(text, "tariff.yaml");
    expect(error.code).toBe("invalid_request");
    expect(error.message).toMatch(/^tariff\.yaml: The tariff is not valid: 1:1 The key per is missing; 1:10 version: /);
    expect(error.details).toMatchObject({
      file: "tariff.yaml",
      faults: [
        { path: "", message: "The key per is missing" },
        { line: 1, column: 10, path: "version", message: "This must be text" },
        { line: 2, column: 11, path: "currency", message: "This must be usd" },
        { line: 4, column: 37, path: "models[0].input", message: "This must be a price in dollars from 0 to 1000" },
        { line: 4, column: 52, path: "models[0].extra", message: 'Unknown key "extra"' },
      ],
    });
  });

  const model = { provider: "p", model: "m", input: 1, output: 1 };
  const valid = { version: "a", per: "1k tokens" };
  test.each([
    ["This must be a mapping of keys to values", []],
    ["The document is empty", ""],
    ["The key version is missing", {}],
    ["The key per is missing", { version: "a", unknown_model: "default", default: { input: 1, output: 1 } }],
    ["This must be one of 1M tokens, 1k tokens", { version: "a", per: "1B tokens" }],
    ["models[1]: This model of this provider stands here twice", { ...valid, models: [model, model] }],
    [
      "models[0]: The key provider is missing; models[0]: The key model is missing",
      { ...valid, models: [{ input: 1, output: 1 }] },
    ],
    ["models[0]: The key output is missing", { ...valid, models: [{ ...model, output: undefined }] }],
    ["models[0]: This must be a mapping", { ...valid, models: ["m"] }],
    ["models: This must be a list", { ...valid, models: model }],
    ["models[0].input: A price has at most 9 decimals here", { ...valid, models: [{ ...model, input: 1e-10 }] }],
    ["models[0].input: This must be a price", { ...valid, models: [{ ...model, input: NaN }] }],
    ["models[0].output: This must be a price", { ...valid, models: [{ ...model, output: "1" }] }],
    ["models[0].output: This must be a price", { ...valid, models: [{ ...model, output: [1] }] }],
    ["tools: This must be a mapping of tools to prices", { ...valid, tools: [1] }],
    ["tools.search: A price has at most 6 decimals here", { ...valid, tools: { search: 1e-7 } }],
    ["A tool's name has 1 to 200 characters", { ...valid, tools: { "": 1 } }],
    ["A tool's name has 1 to 200 characters", { ...valid, tools: { ["t".repeat(201)]: 1 } }],
    ["This must be one of refuse, default", { ...valid, unknown_model: "deny" }],
    ["The key default is missing", { ...valid, unknown_model: "default" }],
    ["default: This is never used", { ...valid, default: { input: 1, output: 1 } }],
    ["default: This must be a mapping", { ...valid, unknown_model: "default", default: 1 }],
    [
      "A tariff has at most 5000 models",
      { ...valid, models: Array.from({ length: 5_001 }, (_, at) => ({ ...model, model: `m${at}` })) },
    ],
    [
      "A tariff has at most 5000 tools",
      { ...valid, tools: Object.fromEntries(Array.from({ length: 5_001 }, (_, at) => [`t${at}`, 1])) },
    ],
  ])("parseTariff() says: %s", (message, source) => {
    expect(faultsOf(source).message).toContain(message);
  });

  test("parseTariff() stops looking once there are more faults than anybody reads", () => {
    const { details } = faultsOf({ ...valid, models: Array.from({ length: 200 }, () => "m") });
    expect(details["faults"]).toHaveLength(101);
  });
});
