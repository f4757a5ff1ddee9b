import { compilePolicy, parsePolicy } from "countersign/policy";
import { describe, expect, it } from "vitest";
import { buildCall, faultsOf } from "../documents.ts";

/** A document with sets, and one rule that denies what fits. */
function documentWith(sets: unknown, match: unknown): object {
  return { version: 1, default: "allow", sets, rules: [{ name: "only", effect: "deny", match }] };
}

function denies(document: object, action: string, roles: string[] = []): boolean {
  return compilePolicy(parsePolicy(document)).evaluate(buildCall({ action, actor: { roles } })).effect === "deny";
}

describe("sets", () => {
  const sets = { mine: ["a.*", "re:^b"], others: ["c"], none: [] };

  it.each<[place: unknown, action: string, expected: boolean]>([
    ["$mine", "a.x", true],
    ["$mine", "bb", true],
    ["$mine", "c", false],
    [["$mine", "$others", "d"], "c", true],
    [["$mine", "$others", "d"], "d", true],
    [["d", "$none"], "d", true],
    [["d", "$none"], "e", false],
    ["$none", "a.x", false],
    [["$none"], "", false],
    ["$mine.x", "$mine.x", true],
    ["x$mine", "x$mine", true],
    ["$1", "$1", true],
    ["$", "$", true],
  ])("sets stand for %j in a list of patterns, asked about %j: %j", (action, asked, expected) => {
    expect(denies(documentWith(sets, { action }), asked)).toBe(expected);
  });

  it("sets stand for names and approvers too", () => {
    const approval = { approvers: ["$people", "role:lead"] };
    const rules = [{ name: "asks", effect: "require_approval", match: { roles: "$roles" }, approval }];
    const document = parsePolicy({ version: 1, sets: { roles: ["agent"], people: ["group:finance"] }, rules });
    const verdict = compilePolicy(document).evaluate(buildCall({ actor: { roles: ["agent"] } }));
    expect(verdict.obligations.approval?.stages[0]?.approvers).toEqual(["group:finance", "role:lead"]);
  });

  it("sets are left alone where a text stands, and told to whoever looks at the document", () => {
    const rules = [{ name: "$mine", effect: "deny", reason: "$mine" }];
    const document = parsePolicy({ version: 1, sets: { mine: ["a", "b", "a"] }, rules });
    expect(document.rules[0]).toMatchObject({ name: "$mine", reason: "$mine" });
    expect([...document.sets]).toEqual([["mine", ["a", "b"]]]);
  });

  it.each<[what: string, document: object, expected: object]>([
    [
      "an unknown set",
      documentWith({ internal: ["x"] }, { action: ["$interal"] }),
      { message: "There is no set interal", hint: 'did you mean "internal"?', path: "rules[0].match.action[0]" },
    ],
    [
      "a set where there is none",
      documentWith(undefined, { action: "$HOME" }),
      { message: "There is no set HOME", hint: "name it under sets:" },
    ],
    ["sets as a list", documentWith(["a"], {}), { message: "This must be a mapping of names to lists", path: "sets" }],
    ["a set that is a text", documentWith({ a: "x" }, {}), { message: "This must be a list", path: "sets.a" }],
    ["a number in a set", documentWith({ a: [1] }, {}), { message: "This must be text", path: "sets.a[0]" }],
    [
      "a set inside a set",
      documentWith({ a: ["x"], b: ["$a"] }, {}),
      { message: "A set can't stand inside another one", path: "sets.b[0]" },
    ],
    [
      "a name that $ can't be put before",
      documentWith({ "a-b": ["x"] }, {}),
      { message: "A set's name is made of letters, digits and _", path: "sets.a-b" },
    ],
    [
      "a member that its use can't read, where it stands",
      documentWith({ a: ["[z-a]"] }, { action: "$a" }),
      { message: "A range in brackets runs backwards", path: "sets.a[0]" },
    ],
    [
      "approvers that are nobody",
      {
        version: 1,
        sets: { a: [] },
        rules: [{ name: "a", effect: "require_approval", approval: { approvers: "$a" } }],
      },
      { message: "The sets named here are empty, so this is nobody" },
    ],
    [
      "a set that is too large",
      documentWith({ a: Array.from({ length: 1_001 }, (_, index) => `x${index}`) }, {}),
      { message: "A list has at most 1000 members", path: "sets.a" },
    ],
    [
      "a list that is too large with its sets",
      documentWith({ a: Array.from({ length: 1_000 }, (_, index) => `x${index}`) }, { action: ["$a", "y"] }),
      { message: "A list has at most 1000 members", path: "rules[0].match.action" },
    ],
    [
      "too many sets",
      documentWith(Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`s${index}`, []])), {}),
      { message: "A document has at most 200 sets", path: "sets" },
    ],
  ])("sets refuse %s", (_, document, expected) => {
    expect(faultsOf(document)[0]).toMatchObject(expected);
  });

  it("sets can't make millions of patterns of few lines", () => {
    const members = Array.from({ length: 900 }, (_, index) => `x${index}`);
    const rules = Array.from({ length: 60 }, (_, index) => ({
      name: `r${index}`,
      effect: "deny",
      match: { action: "$a" },
    }));
    const faults = faultsOf({ version: 1, sets: { a: members }, rules });
    expect(faults.map(({ message }) => message)).toEqual(["The document's sets are used too often for their size"]);
  });
});
