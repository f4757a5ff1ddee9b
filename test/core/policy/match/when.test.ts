import { checkPolicy, compilePolicy, type PolicyCall } from "countersign/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRules, faultsOfMatch } from "../documents.ts";
import { askDenial, askPermission } from "./ask.ts";

type Answer = "yes" | "no" | "unknown";

const INPUT = JSON.parse(`{
  "amountCents": 60000, "text": "60000", "price": 9.5, "flag": true, "none": null, "zero": 0, "word": "Äb",
  "list": [1, 2, 3], "mixed": [1, "a", null], "users": [{ "name": "ann", "age": 3 }, { "name": "bob" }],
  "nested": { "a": { "b": "c" } }, "constructor": "x", "__proto__": { "y": 1 }, "email": "ann@corp.example", "a-b": 1
}`) as unknown;
const CALL: Partial<PolicyCall> = {
  input: INPUT,
  actor: { subject: "ann", kind: "user", roles: ["finance", "lead"], groups: [], scopes: ["pay"] },
  manifest: { risk: "high" },
};
const SETS = { sets: { domains: ["corp.example", "b.example"], odd_name: ["x"] } };

describe("match.when", () => {
  it.each<[when: string, expected: Answer]>([
    ["true", "yes"],
    ["input.amountCents > 50000", "yes"],
    ["input.amountCents > 60000.5", "no"],
    ["input.amountCents == 60000 && input.amountCents == 60000.0", "yes"],
    ["input.amountCents >= 60000 && input.amountCents <= 60000 && !(input.amountCents < 60000)", "yes"],
    ["input.amountCents != 60000", "no"],
    ["input.text > 50000", "unknown"],
    ["input.text == 60000", "no"],
    ["input.text == '60000'", "yes"],
    ["input.text < '7'", "yes"],
    ["input.flag", "yes"],
    ["!input.flag", "no"],
    ["!input.text", "unknown"],
    ["input.text", "unknown"],
    ["input.nothing == 1", "unknown"],
    ["input.nothing == 1 || true", "yes"],
    ["true || input.nothing == 1", "yes"],
    ["input.nothing == 1 && false", "no"],
    ["input.nothing == 1 && true", "unknown"],
    ["input.flag || input.nothing", "yes"],
    ["input.flag && input.text", "unknown"],
    ["has(input.none) && input.none == null", "yes"],
    ["has(input.nothing)", "no"],
    ["has(input.nested.a.b)", "yes"],
    ["has(input.nested.x.b)", "unknown"],
    ["has(input.text.a)", "unknown"],
    ["has(actor.subject) && !has(actor.tenant) && !has(actor.groups)", "yes"],
    ["input.constructor == 'x' && input['__proto__'].y == 1", "yes"],
    ["input.nested.constructor == 'x'", "unknown"],
    ["input['a-b'] == 1", "yes"],
    ["input.list[0] == 1 && input.list[2] == 3", "yes"],
    ["input.list[3] == 1", "unknown"],
    ["1 == input.nothing", "unknown"],
    ["input.list[input.nothing] == 1", "unknown"],
    ["int(double(input.amountCents) * 1e300 * 1e3) > 0", "unknown"],
    ["input.list['0'] == 1", "unknown"],
    ["input.list[input.zero] == 1", "yes"],
    ["2 in input.list && !('2' in input.list)", "yes"],
    ["'a' in input.nested && !('constructor' in input.nested)", "yes"],
    ["1 in input.nested", "unknown"],
    ["'c' in input.text", "unknown"],
    ["input.word in ['x', 'Äb']", "yes"],
    ["input.amountCents in [1, 60000.0]", "yes"],
    ["'finance' in actor.roles && actor.kind == 'user'", "yes"],
    ["actor.scopes == ['pay'] && actor.groups == []", "yes"],
    ["action == 'billing.issue_refund' && risk == 'high' && run == ''", "yes"],
    ["input.email.split('@')[1] in sets.domains", "yes"],
    ["'x' in sets['odd_name']", "yes"],
    ["size(sets.domains) == 2 && 'domains' in sets", "yes"],
    ["size(input.list) == 3 && input.nested.size() == 1 && size(input.word) == 2 && '😀'.size() == 1", "yes"],
    ["size(input.flag) == 1", "unknown"],
    ["input.price + 1 == 10.5 && input.price - 1 == 8.5 && input.zero * 2 == 0 && input.price / 2 == 4.75", "yes"],
    ["7 / 2 == 3 && 7 % 2 == 1 && 7 - 2 * 3 == 1 && -7 + 7 == 0", "yes"],
    ["input.amountCents % 7 == 3 && 1.5 % 1.0 == 0.5", "yes"],
    ["-input.price < -9 && -size(input.list) == -3", "yes"],
    ["-input.text < 0", "unknown"],
    ["1 / size(actor.groups) == 1", "unknown"],
    ["1 % size(actor.groups) == 1", "unknown"],
    ["1 / input.zero > 0", "unknown"],
    ["input.zero / input.zero > 0", "unknown"],
    ["9223372036854775807 + 1 > 0", "unknown"],
    ["input.text + 1 == 1", "unknown"],
    ["input.text + '!' == '60000!'", "yes"],
    ["input.list + [4] == [1, 2, 3, 4]", "yes"],
    ["input.mixed == [1, 'a', null]", "yes"],
    ["input.mixed == [1, 'a']", "no"],
    ["input.mixed == [1, 'a', 2]", "no"],
    ["input.nested == {'a': {'b': 'c'}}", "yes"],
    ["input.nested == {'a': {'b': 'd'}} || input.nested == {'x': 1} || input.nested == {}", "no"],
    ["input.nested == input.list || input.list == input.nested || input.none == input.zero", "no"],
    ["{'k': input.price}.k == 9.5 && {'k': 1}['k'] == 1", "yes"],
    ["{input.price: 1} == {}", "unknown"],
    ["{'k': input.nothing} == {}", "unknown"],
    ["[input.nothing] == []", "unknown"],
    ["input.flag ? input.price > 9 : false", "yes"],
    ["input.zero == 1 ? true : input.price > 10", "no"],
    ["input.text ? true : false", "unknown"],
    ["int(input.price) == 9 && int('-12') == -12 && int(3) == 3 && double('1.5') == 1.5 && double(2) == 2.0", "yes"],
    ["int(input.text) == 60000 && double(input.zero) == 0.0", "yes"],
    ["int(input.word) == 1", "unknown"],
    ["int(input.none) == 1", "unknown"],
    ["double(input.email) > 1.0", "unknown"],
    ["string(input.price) == '9.5' && string(input.flag) == 'true' && string(1) == '1'", "yes"],
    ["string(input.list) == ''", "unknown"],
    ["dyn(input.none) == null", "yes"],
    ["input.email.contains('@') && input.email.startsWith('ann') && input.email.endsWith('.example')", "yes"],
    ["input.price.contains('9')", "unknown"],
    ["input.price.lowerAscii() == ''", "unknown"],
    ["input.word.lowerAscii() == 'Äb' && input.word.upperAscii() == 'ÄB' && ' a '.trim() == 'a'", "yes"],
    ["input.email.matches('^[a-z]+@corp\\\\.')", "yes"],
    ["input.email.matches('^corp')", "no"],
    ["input.price.matches('9')", "unknown"],
    ["input.list.all(x, x > 0) && input.list.exists(x, x == 3) && input.list.exists_one(x, x > 2)", "yes"],
    ["input.list.all(x, x > 1) || input.list.exists(x, x > 3) || input.list.exists_one(x, x > 1)", "no"],
    ["input.users.all(u, u.age > 2)", "unknown"],
    ["input.users.all(u, u.age > 3)", "no"],
    ["input.users.exists(u, u.age > 2)", "yes"],
    ["input.users.exists(u, u.age > 3)", "unknown"],
    ["input.users.exists_one(u, u.age == 3)", "unknown"],
    ["input.list.filter(x, x > 1) == [2, 3]", "yes"],
    ["input.users.filter(u, u.age > 1) == []", "unknown"],
    ["input.list.map(x, x * 2) == [2, 4, 6] && input.list.map(x, x > 1, x * 2) == [4, 6]", "yes"],
    ["input.users.map(u, u.age) == []", "unknown"],
    ["input.users.map(u, u.name).exists(n, n == 'bob')", "yes"],
    ["input.nested.exists(k, k == 'a')", "yes"],
    ["input.price.exists(k, k == 'a')", "unknown"],
    ["input.nothing.exists(k, true)", "unknown"],
    ["input.list.exists(input, input == 3)", "yes"],
    ["[].all(x, false)", "yes"],
  ])("when %s answers %s", (when, expected) => {
    expect(askDenial({ when }, CALL, SETS)).toBe(expected);
    expect(askPermission({ when }, CALL, SETS)).toBe(expected === "yes");
  });

  it("when knows the run, and an actor that isn't given as an empty one", () => {
    expect(askDenial({ when: "run == 'r1' && actor.subject == '' && actor.roles == []" }, { run: "r1" })).toBe("yes");
    expect(askDenial({ when: "risk == ''" }, {})).toBe("yes");
  });

  it("when can't tell of a part of an input, but of everything else", () => {
    const input = { list: Array.from({ length: 60_000 }, () => 1) };
    expect(askDenial({ when: "has(input.other)" }, { input })).toBe("unknown");
    expect(askDenial({ when: "action.startsWith('billing.')" }, { input })).toBe("yes");
  });

  it("when can't tell what takes more work than is done, and stops there", () => {
    const list = Array.from({ length: 20_000 }, (_, index) => `k${index}`);
    const input = { list, half: "x".repeat(60_000), short: list.slice(0, 10), text: "x".repeat(70_000) };
    expect(askDenial({ when: "has(input.text)" }, { input })).toBe("yes");
    const startedAt = performance.now();
    for (const when of [
      "input.list.all(x, x in input.list)",
      "input.list.filter(x, x in input.list) == []",
      "input.list.map(x, input.text + x) == []",
      "(input.list + input.list + input.list + input.list + input.list + input.list + input.list + input.list) == []",
      "input.list.exists(x, input.text.contains(input.text))",
      "input.list.exists(x, input.text.size() == 1)",
      "input.list.exists(x, input.text.trim() == 'a')",
      "input.list.exists(x, input.text.startsWith(input.text + x))",
      "input.text.matches('y')",
      "input.short.exists(x, input.half.matches('y'))",
    ]) {
      expect([when, askDenial({ when }, { input })]).toEqual([when, "unknown"]);
    }
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it.each<[when: unknown, expected: string, hint?: string]>([
    ["", "This must not be empty"],
    [true, "This must be text"],
    ["input.", "The condition is not valid: Expected IDENTIFIER, got EOF"],
    ["user == 1", "The condition is not valid: Unknown variable: user"],
    ["actor.rolez == []", "The condition is not valid: No such key: rolez"],
    ["action > 5", "The condition is not valid: no such overload: string > int"],
    ["1 + 1", "The condition must be true or false, and this is of type int"],
    ["sets.domain == []", 'The document has no set "domain"', 'did you mean "domains"?'],
    ["sets['domain'] == []", 'The document has no set "domain"', 'did you mean "domains"?'],
    ["type(input) == type(1)", 'There is no function "type" here'],
    ["timestamp(input.at) == timestamp(0)", 'There is no function "timestamp" here'],
    ["cel.bind(a, 1, a == 1)", 'There is no method "bind" here'],
    ["input.a.substring(1) == 'a'", 'There is no method "substring" here'],
    ["string == string", "Unknown variable: string"],
    ["input.a == b'a'", "Bytes and unsigned numbers are not supported"],
    ["input.a == 1u", "Bytes and unsigned numbers are not supported"],
    ["input.a == 99999999999999999999", "This whole number has more than 64 bits"],
    ["input.a.matches(input.b)", "The pattern of matches must be a plain text", "write it in quotes"],
    ["input.a.matches('(?=a)')", "The regex is not valid RE2 syntax"],
    ["input.a.matches('(a|b){999}(a|b){999}')", "The regex is too large"],
    ["input.a.all(x, input.b.exists(y, y == x))", "can't stand inside each other"],
    ["input.a.map(x, x.filter(y, true)) == []", "can't stand inside each other"],
    ["input.?a == 1", "The condition is not valid"],
  ])("when %j is refused", (when, expected, hint) => {
    const rule = { name: "only", effect: "deny", match: { when } };
    const check = checkPolicy({ version: 1, ...SETS, rules: [rule] });
    const [fault] = "faults" in check ? check.faults : [];
    expect(fault?.message).toContain(expected);
    if (hint !== undefined) expect(fault?.hint).toBe(hint);
  });

  it.each([
    ["long", "x".repeat(1_001), "A condition has at most 1000 characters"],
    ["in brackets", `${"(".repeat(100)}true${")".repeat(100)}`, "Exceeded maxDepth"],
    ["denied over and over", `${"!".repeat(990)}true`, "A condition is nested at most 64 levels deep"],
    ["joined over and over", `${"1 == 1 || ".repeat(90)}true`, "A condition is nested at most 64 levels deep"],
  ])("when refuses a condition that is too %s", (_, when, expected) => {
    expect(faultsOfMatch({ when })[0]?.message).toContain(expected);
  });

  it("when counts its regexes among the document's patterns", () => {
    const pattern = "(a|b){999}";
    const match = Array.from({ length: 90 }, () => ({ when: `input.a.matches('${pattern}')` }));
    const messages = faultsOfMatch(match).map(({ message }) => message);
    expect(new Set(messages)).toEqual(new Set(["The document's patterns are too large together"]));
  });

  it.each([
    ["plain", "input.a == foo", { line: 7, column: 24 }],
    ["in single quotes", "'input.a == foo'", { line: 7, column: 25 }],
    ["in double quotes", '"input.a == foo"', { line: 7, column: 25 }],
    ["escaped", '"input.a\\u0020== foo"', { line: 7, column: 13 }],
    ["in a block", "|\n        input.a == foo", { line: 7, column: 13 }],
  ])("when tells the place of a fault in an expression that is %s", (_, written, place) => {
    const text = `version: 1
rules:
  - name: a
    effect: deny
    match:
      action: x
      when: ${written}
`;
    const check = checkPolicy(text);
    expect("faults" in check ? check.faults : []).toMatchObject([{ ...place, path: "rules[0].match.when" }]);
  });

  it("when takes or refuses any expression and answers any input, without ever throwing", () => {
    const atom = fc.constantFrom(
      ...["input", "input.a", "input.l", "actor.roles", "sets.domains", "1", "2.5", "'x'", "null", "true", "[1, 2]"],
      ...["{'a': 1}", "has(input.a)", "!input.a", "-input.a", "int(input.a)", "string(input.a)", "size(input.l)", "("],
    );
    const suffix = fc.constantFrom(
      ...[".size()", ".all(x, x > 1)", ".exists(x, x == 'a')", ".map(x, x)", ".filter(x, true)", ".exists_one(x, x)"],
      ...[".contains('a')", ".matches('a+')", ".split(',')", ".trim()", "[0]", "['a']", ".a", "", "", ""],
    );
    const operator = fc.constantFrom("+", "-", "*", "/", "%", "==", "!=", "<", ">=", "in", "&&", "||", "? 1 :", ")");
    const anyTerm = fc.tuple(atom, suffix).map((parts) => parts.join(""));
    const anyRest = fc.array(fc.tuple(operator, anyTerm), { maxLength: 3 });
    const anyWhen = fc.tuple(anyTerm, anyRest).map(([first, rest]) => [first, ...rest.flat()].join(" "));
    const anyInput = fc.oneof(fc.constantFrom({ a: "x", l: [1, "a", null] }, { a: Number.NaN, l: {} }), fc.jsonValue());
    let answered = 0;
    fc.assert(
      fc.property(anyWhen, anyInput, (when, input) => {
        const rule = { name: "only", effect: "deny", match: { when } };
        const check = checkPolicy({ version: 1, default: "allow", ...SETS, rules: [rule] });
        if ("faults" in check) return;
        answered += 1;
        const policy = compilePolicy(check.document);
        expect(["allow", "deny", "require_approval"]).toContain(policy.evaluate({ action: "a", input }).effect);
        policy.explain({ action: "a", input });
      }),
      { numRuns: 1_500 },
    );
    expect(answered).toBeGreaterThan(100);
  });

  it("when says in explanations what it looked at", () => {
    const when =
      "input.amountCents > 1 && input.list[0] == 2 && input['a-b'] == size(actor.roles) && sets.domains != []";
    const policy = compileRules([{ effect: "deny", match: { when } }], SETS);
    expect(policy.explain({ action: "a", ...CALL } as PolicyCall)[0]?.failed).toEqual({
      field: "when",
      expected: [when],
      saw: ["input.amountCents = 60000", "input.list[0] = 1", 'input["a-b"] = 1', 'actor.roles = ["finance","lead"]'],
    });
  });
});
