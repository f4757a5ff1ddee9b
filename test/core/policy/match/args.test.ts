import { describe, expect, it } from "vitest";
import { faultsOfMatch } from "../documents.ts";
import { askDenial, askPermission } from "./ask.ts";

type Answer = "yes" | "no" | "unknown";

/** An input whose `before` is deeper than anything that is looked at. */
function buildCut(members: object): object {
  let deep: unknown = "end";
  for (let depth = 0; depth < 70; depth += 1) deep = [deep];
  return { before: deep, ...members };
}

describe("match.args", () => {
  it.each<[args: object, input: unknown, answers: [denial: Answer, permission: boolean]]>([
    [{ a: 5 }, { a: 5 }, ["yes", true]],
    [{ a: 5 }, { a: 6 }, ["no", false]],
    [{ a: "x" }, { a: "x" }, ["yes", true]],
    [{ a: "x" }, { a: "X" }, ["no", false]],
    [{ a: true }, { a: true }, ["yes", true]],
    [{ a: ["x", 5] }, { a: 5 }, ["yes", true]],
    [{ a: { eq: "x" }, b: { eq: "y" } }, { a: "x", b: "y" }, ["yes", true]],
    [{ a: { eq: "x" }, b: { eq: "y" } }, { a: "x", b: "z" }, ["no", false]],
    [{ a: { in: ["x", "y"] } }, { a: "y" }, ["yes", true]],
    [{ a: { in: ["x", "y"] } }, { a: "z" }, ["no", false]],
    [{ a: { ne: "x" } }, { a: "y" }, ["yes", true]],
    [{ a: { ne: "x" } }, { a: "x" }, ["no", false]],
    [{ a: { not_in: ["x", "y"] } }, { a: "z" }, ["yes", true]],
    [{ a: { not_in: ["x", "y"] } }, { a: "x" }, ["no", false]],
    [{ a: { gt: 5 } }, { a: 5 }, ["no", false]],
    [{ a: { gt: 5 } }, { a: 5.5 }, ["yes", true]],
    [{ a: { gte: 5 } }, { a: 5 }, ["yes", true]],
    [{ a: { gte: 5 } }, { a: 4 }, ["no", false]],
    [{ a: { lt: 5 } }, { a: 4 }, ["yes", true]],
    [{ a: { lt: 5 } }, { a: 5 }, ["no", false]],
    [{ a: { lte: 5 } }, { a: 5 }, ["yes", true]],
    [{ a: { lte: 5 } }, { a: 6 }, ["no", false]],
    [{ a: { gt: 1, lt: 3 } }, { a: 2 }, ["yes", true]],
    [{ a: { gt: 1, lt: 3 } }, { a: 3 }, ["no", false]],
    [{ a: { gt: "b" } }, { a: "c" }, ["yes", true]],
    [{ a: { gt: "b" } }, { a: "B" }, ["no", false]],
    [{ a: { glob: "x*" } }, { a: "xyz" }, ["yes", true]],
    [{ a: { glob: "x*" } }, { a: "axyz" }, ["no", false]],
    [{ a: { glob: ["b", "re:y$"] } }, { a: "xy" }, ["yes", true]],
    [{ a: { glob: "1*" } }, { a: 12 }, ["yes", true]],
    [{ a: { matches: "(?i)Y" } }, { a: "xyz" }, ["yes", true]],
    [{ a: { matches: "^y" } }, { a: "xyz" }, ["no", false]],
    [{ a: { matches: "tr" } }, { a: true }, ["yes", true]],
    [{ a: { exists: true } }, { a: "" }, ["yes", true]],
    [{ a: { exists: true } }, { a: [] }, ["yes", true]],
    [{ a: { exists: true } }, {}, ["no", false]],
    [{ a: { exists: false } }, {}, ["yes", true]],
    [{ a: { exists: false } }, { a: 0 }, ["no", false]],
    [{ a: { exists: true, ne: "x" } }, { a: "y" }, ["yes", true]],
  ])("args %j asked about %j answers %j to a denial and a permission", (args, input, [denial, permission]) => {
    expect(askDenial({ args }, { input })).toBe(denial);
    expect(askPermission({ args }, { input })).toBe(permission);
  });

  it.each<[args: object, input: unknown, denial: Answer]>([
    [{ a: { gt: 5 } }, { a: "60000" }, "unknown"],
    [{ a: { gt: 5 } }, { a: "sixty" }, "unknown"],
    [{ a: { gt: 5 } }, { a: true }, "unknown"],
    [{ a: { gt: 5 } }, { a: { value: 6 } }, "unknown"],
    [{ a: { gt: 5 } }, { a: Number.NaN }, "unknown"],
    [{ a: { lt: "b" } }, { a: 1 }, "unknown"],
    [{ a: 5 }, { a: " 5.0 " }, "unknown"],
    [{ a: 5 }, { a: "6" }, "no"],
    [{ a: 5 }, { a: "" }, "no"],
    [{ a: "5" }, { a: 5 }, "unknown"],
    [{ a: true }, { a: "True" }, "unknown"],
    [{ a: true }, { a: 1 }, "unknown"],
    [{ a: false }, { a: "FALSE" }, "unknown"],
    [{ a: { ne: 5 } }, { a: "5" }, "unknown"],
    [{ a: "x" }, { a: { x: "x" } }, "no"],
    [{ a: { matches: "x" } }, { a: { x: "x" } }, "no"],
    [{ a: { glob: "*" } }, { a: null }, "no"],
  ])("args %j takes no type for another: %j answers %s, and permits nothing", (args, input, denial) => {
    expect(askDenial({ args }, { input })).toBe(denial);
    expect(askPermission({ args }, { input })).toBe(false);
  });

  it.each<[args: object, input: unknown, denial: Answer]>([
    [{ a: 5 }, {}, "no"],
    [{ a: 5 }, { a: null }, "no"],
    [{ a: { gt: 5 } }, {}, "no"],
    [{ a: { lt: 5 } }, { a: null }, "no"],
    [{ a: { matches: "x*" } }, {}, "no"],
    [{ a: { ne: "x" } }, {}, "yes"],
    [{ a: { not_in: ["x"] } }, { a: null }, "yes"],
    [{ a: { ne: "x" } }, { a: { x: 1 } }, "yes"],
    [{ "a.b": { ne: "x" } }, { a: "text" }, "yes"],
    [{ a: { exists: true, ne: "x" } }, {}, "no"],
    [{ a: 5 }, null, "no"],
  ])("args %j lets no permission rest on what is missing: %j", (args, input, denial) => {
    expect(askDenial({ args }, { input })).toBe(denial);
    expect(askPermission({ args }, { input })).toBe(false);
  });

  it.each<[path: string, input: unknown, answers: [denial: Answer, permission: boolean]]>([
    ["a.b.c", { a: { b: { c: 1 } } }, ["yes", true]],
    ["a.b.c", { a: { b: 1 } }, ["no", false]],
    ["/a/b/c", { a: { b: { c: 1 } } }, ["yes", true]],
    ["/a~1b/0", { "a/b": [1] }, ["yes", true]],
    ["/a~0b", { "a~b": 1 }, ["yes", true]],
    ["/", { "": 1 }, ["yes", true]],
    ["/0", { 0: 1 }, ["yes", true]],
    ["/0", [1], ["yes", true]],
    ["/00", [1], ["no", false]],
    ["[1]", [0, 1], ["yes", true]],
    ["[1]", [1], ["no", false]],
    ["a[0].b", { a: [{ b: 1 }] }, ["yes", true]],
    ["a[1].b", { a: [{ b: 1 }] }, ["no", false]],
    ["a[*]", { a: [2, 1] }, ["yes", false]],
    ["a[*]", { a: [1, 1] }, ["yes", true]],
    ["a[*]", { a: [] }, ["no", false]],
    ["a[*]", { a: 1 }, ["yes", true]],
    ["a[*].b", { a: [{ b: 1 }, {}] }, ["yes", false]],
    ["a[*].b[*]", { a: [{ b: [2] }, { b: [3, 1] }] }, ["yes", false]],
    ["a[*].b[*]", { a: [{ b: [1] }, { b: [] }] }, ["yes", false]],
    ["__proto__", JSON.parse('{"__proto__": 1}'), ["yes", true]],
    ["__proto__.b", {}, ["no", false]],
    ["constructor.name", {}, ["no", false]],
    ["a-b c", { "a-b c": 1 }, ["yes", true]],
  ])("args finds %s in %j: %j", (path, input, [denial, permission]) => {
    expect(askDenial({ args: { [path]: 1 } }, { input })).toBe(denial);
    expect(askPermission({ args: { [path]: 1 } }, { input })).toBe(permission);
  });

  it.each<[args: object, input: unknown, denial: Answer]>([
    [{ a: "x" }, { a: ["y", "x"] }, "unknown"],
    [{ a: "x" }, { a: [["x"]] }, "unknown"],
    [{ a: "x" }, { a: ["y"] }, "no"],
    [{ a: "x" }, { a: [] }, "no"],
    [{ a: { ne: "x" } }, { a: [] }, "yes"],
    [{ a: { ne: "x" } }, { a: ["y"] }, "unknown"],
    [{ "a.b": "x" }, { a: [{ b: "x" }] }, "unknown"],
    [{ "a.b": "x" }, { a: [{ b: "y" }] }, "no"],
    [{ "a[0]": "x" }, { a: "x" }, "unknown"],
    [{ "a[1]": "x" }, { a: "x" }, "no"],
  ])("args %j can't tell which member an action takes where a list stands for one value: %j", (args, input, denial) => {
    expect(askDenial({ args }, { input })).toBe(denial);
    expect(askPermission({ args }, { input })).toBe(false);
  });

  it.each<[args: object, members: object, answers: [denial: Answer, permission: boolean]]>([
    [{ a: 5 }, {}, ["unknown", false]],
    [{ a: 5 }, { a: 6 }, ["no", false]],
    [{ a: 5 }, { a: 5 }, ["yes", true]],
    [{ a: { ne: 5 } }, {}, ["unknown", false]],
    [{ a: { exists: false } }, {}, ["unknown", false]],
    [{ a: { exists: true } }, { a: 1 }, ["yes", true]],
    [{ "a[*]": 5 }, { a: [5] }, ["yes", false]],
    [{ "a[*]": 5 }, { a: [6] }, ["unknown", false]],
  ])("args %j asked about a part of an input, %j, answers %j", (args, members, [denial, permission]) => {
    const input = buildCut(members);
    expect(askDenial({ args }, { input })).toBe(denial);
    expect(askPermission({ args }, { input })).toBe(permission);
  });

  it("args searches the beginning of a long text, which is enough to deny and never to permit", () => {
    const input = { a: `force ${"x".repeat(65_536)}` };
    expect(askDenial({ args: { a: { matches: "^force" } } }, { input })).toBe("yes");
    expect(askDenial({ args: { a: { matches: "other" } } }, { input })).toBe("unknown");
    expect(askDenial({ args: { a: { glob: "force*" } } }, { input })).toBe("unknown");
    expect(askPermission({ args: { a: { matches: "^force" } } }, { input })).toBe(false);
  });

  it("args knows the document's sets", () => {
    const rest = { sets: { approved: ["EUR", "USD"] } };
    expect(askDenial({ args: { a: { in: ["$approved"] } } }, { input: { a: "USD" } }, rest)).toBe("yes");
    expect(askDenial({ args: { a: { not_in: ["$approved", "GBP"] } } }, { input: { a: "GBP" } }, rest)).toBe("no");
  });

  it.each<[args: unknown, expected: string]>([
    [[], "This must be a mapping of paths"],
    [{}, "This asks nothing"],
    [{ "": 1 }, "A path is names joined by dots"],
    [{ ".a": 1 }, "A path is names joined by dots"],
    [{ "a..b": 1 }, "A path is names joined by dots"],
    [{ "a[x]": 1 }, "A path is names joined by dots"],
    [{ "a[": 1 }, "A path is names joined by dots"],
    [{ "/a~2": 1 }, "A path is names joined by dots"],
    [{ ["a.".repeat(64) + "a"]: 1 }, "A path has at most 64 steps"],
    [{ a: {} }, "This asks nothing"],
    [{ a: null }, "Null can't be compared with"],
    [{ a: [] }, "This list is empty"],
    [{ a: [[1]] }, "This must be a single value"],
    [{ a: { eq: [1] } }, "This must be a single value"],
    [{ a: { gt: Infinity } }, "This must be a number"],
    [{ a: { gt: null } }, "Null can't be compared with"],
    [{ a: { greater: 1 } }, 'Unknown key "greater"'],
    [{ a: { exists: "no" } }, "This must be true or false"],
    [{ a: { exists: false, eq: 1 } }, "What does not exist has no value"],
    [{ a: { matches: "(" } }, "The regex is not valid RE2 syntax"],
    [{ a: { matches: "" } }, "The regex is empty"],
    [{ a: { matches: 1 } }, "This must be text"],
    [{ a: { glob: "{a" } }, "A brace is not closed"],
    [{ a: { in: [] } }, "This list is empty"],
    [{ a: { not_in: [null] } }, "Null can't be compared with"],
  ])("args %j is refused", (args, expected) => {
    expect(faultsOfMatch({ args })[0]?.message).toContain(expected);
  });
});
