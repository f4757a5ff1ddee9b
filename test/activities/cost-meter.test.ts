import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCostMeter } from "../../activities/cost-meter.ts";
import { parseTariff } from "../../src/core/guards/tariff/parse-tariff.ts";
import "../support/fast-check.ts";

const TARIFF = parseTariff({
  version: "a",
  per: "1M tokens",
  models: [{ provider: "p", model: "m", input: 1, cached_input: 0.1, output: 2 }],
  tools: { search: 0.01, satellite: 1_000_000 },
});
const USAGE = { provider: "p", model: "m", input: 1_000, cachedInput: 400, output: 100 };

describe("createCostMeter()", () => {
  test("createCostMeter() has spent nothing, which is not 0, until something is reported", () => {
    const { meter, spent } = createCostMeter(TARIFF);
    meter.add({});
    expect(spent()).toBeUndefined();
    meter.add({ usd: 0 });
    expect(spent()).toEqual({ usd: 0 });
  });

  test("createCostMeter() sums amounts, usages and tools by unit in millionths", () => {
    const { meter, spent } = createCostMeter(TARIFF);
    meter.add({ usd: 0.1, units: 2 });
    meter.add({ usd: 0.2, tokens: 5 });
    meter.tokens(USAGE);
    meter.tokens({ provider: "p", model: "m", input: 1, output: 1 });
    meter.tool("search");
    meter.tool("search", 3);
    expect(spent()).toEqual({ usd: 300_000 + 600 + 40 + 200 + 3 + 40_000, tokens: 5e6 + 1_102e6, units: 2e6 });
  });

  test("createCostMeter() works when its functions are taken apart", () => {
    const { meter, spent } = createCostMeter(TARIFF);
    const { add } = meter;
    add({ units: 1 });
    expect(spent()).toEqual({ units: 1e6 });
  });

  test("createCostMeter() without a tariff counts tokens without a price, and no tool", () => {
    const { meter, spent } = createCostMeter(undefined);
    meter.tool("search");
    expect(spent()).toBeUndefined();
    meter.tokens(USAGE);
    expect(spent()).toEqual({ tokens: 1_100e6 });
  });

  test.each([
    ["add", [{ usd: NaN }], "usd must be a number from 0 to 1000000000"],
    ["add", [{ units: 1, tokens: -1 }], "tokens must be a number"],
    ["add", [{ usd: 1_000_000_001 }], "usd must be"],
    ["add", [{ usd: "1" }], "usd must be"],
    ["add", [{ usd: 1, euro: 1 }], "it has usd, tokens and units, and nothing else"],
    ["add", [undefined], "it has usd, tokens and units, and nothing else"],
    ["tokens", [{ ...USAGE, input: 0.5 }], "in whole tokens"],
    ["tokens", [{ ...USAGE, output: Infinity }], "in whole tokens"],
    ["tokens", [null], "in whole tokens"],
    ["tokens", [{ ...USAGE, cachedInput: 1_001 }], "cachedInput is a part of input"],
    ["tokens", [{ ...USAGE, model: "secret" }], "The tariff has no price for the reported model"],
    ["tool", ["secret"], "The tariff has no price for the reported tool"],
    ["tool", ["search", -1], "A tool is used a whole number of times"],
    ["tool", ["search", 1.5], "A tool is used a whole number of times"],
    ["tool", ["satellite", 1_001], "A report is of at most 1000000000 dollars"],
  ])("createCostMeter() refuses %s(%j) and counts nothing of it", (method, values, message) => {
    const { meter, spent } = createCostMeter(TARIFF);
    const report = () => Reflect.apply(Reflect.get(meter, method) as () => void, meter, values) as unknown;
    expect(report).toThrow(
      expect.objectContaining({ code: "invalid_request", message: expect.stringContaining(message) }),
    );
    expect(report).not.toThrow("secret");
    expect(spent()).toBeUndefined();
  });

  test("createCostMeter() keeps sums that a double holds exactly, whatever is reported", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { maxLength: 30 }), (amounts) => {
        const { meter, spent } = createCostMeter(undefined);
        for (const usd of amounts) meter.add({ usd });
        expect(Number.isSafeInteger(spent()?.usd ?? 0)).toBe(true);
      }),
    );
  });
});
