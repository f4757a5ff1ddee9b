import { describe, expect, it } from "vitest";
import { readInput } from "../../../../src/core/policy/facets/input.ts";
import { buildHoles } from "../documents.ts";

describe("readInput()", () => {
  it.each<[name: string, input: unknown, value: unknown]>([
    ["plain data", { a: [1, "b", null, { c: true }] }, { a: [1, "b", null, { c: true }] }],
    ["an odd key", JSON.parse('{"__proto__": {"x": 1}}'), JSON.parse('{"__proto__": {"x": 1}}')],
    ["what JSON has no word for", { a: undefined, b: () => 1, c: Symbol("d"), e: [undefined] }, { e: [null] }],
    ["a whole number of any size", 2n ** 70n, "1180591620717411303424"],
    ["an object without prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ])("readInput() copies %s", (_, input, value) => {
    const snapshot = readInput(() => input);
    expect(JSON.stringify(snapshot.value)).toBe(JSON.stringify(value));
    expect(snapshot.isCut).toBe(false);
  });

  it("readInput() gives every text with the nearest key above it in lower case", () => {
    expect(readInput(() => ({ Cmd: "a", list: ["b", { C: ["c"] }] })).texts).toEqual([
      { key: "cmd", text: "a" },
      { key: "list", text: "b" },
      { key: "c", text: "c" },
    ]);
    expect(readInput(() => ["a", ["b"]]).texts).toEqual([
      { key: "", text: "a" },
      { key: "", text: "b" },
    ]);
  });

  it("readInput() reads each property once", () => {
    let reads = 0;
    const input = {
      get a() {
        reads += 1;
        return reads;
      },
    };
    expect(readInput(() => input).value).toMatchObject({ a: 1 });
    expect(reads).toBe(1);
  });

  const cycle: unknown[] = [];
  cycle.push(cycle);
  const throws = {
    get a(): never {
      throw new Error("no");
    },
  };
  it.each<[name: string, input: unknown]>([
    ["a cycle", cycle],
    ["a getter that throws", { b: throws }],
    ["a proxy that throws", new Proxy({}, { ownKeys: () => throws.a })],
    ["holes without end", buildHoles(4_000_000_000)],
    ["more text than is looked at", ["x".repeat(262_145)]],
    ["more key than is looked at", { ["x".repeat(262_145)]: 1 }],
    ["a map, whose content is not in its members", new Map([["command", "rm"]])],
    ["a boxed text", { command: Object("rm") }],
    ["an instance of a class", { url: new URL("http://localhost/") }],
  ])("readInput() says that something is missing of %s", (_, input) => {
    expect(readInput(() => input).isCut).toBe(true);
  });

  it("readInput() says that all is missing when the input can't be asked for", () => {
    expect(readInput(() => throws.a)).toEqual({ value: null, texts: [], isCut: true });
  });

  it("readInput() goes on behind what lies too deep", () => {
    let deep: unknown = "hidden";
    for (let depth = 0; depth < 70; depth += 1) deep = { deep };
    const { texts, isCut } = readInput(() => ({ first: deep, second: "seen" }));
    expect(texts).toEqual([{ key: "second", text: "seen" }]);
    expect(isCut).toBe(true);
  });
});
