import { describe, expect, it } from "vitest";
import { compilePolicy, parsePolicy } from "countersign/policy";
import { review, rule } from "./review.ts";

function reviewMatch(match: string, rest = ""): string[] {
  return review(rule("only", `effect: deny, match: ${match}`), rest);
}

/** Every test of a match that names a set uses one of these; the other one is then unused. */
const SETS = "sets: { none: [], some: [a, b] }\n";

describe("reviewPolicy on what never matches", () => {
  it.each([
    ["{ action: $none }", "match.action: Only empty sets are named here (the rule never matches)"],
    ["{ tool: [$none] }", "match.tool: Only empty sets are named here"],
    ["{ roles: [$none, $none] }", "match.roles: Only empty sets are named here"],
    ["{ name_words: { any: [$none] } }", "match.name_words.any: Only empty sets are named here"],
    ["{ name_words: { any: [a, b], none: [b, c, a] } }", "match.name_words.any: What any wants here none excludes"],
    ["{ name_words: { any: [$some], none: [$some] } }", "match.name_words.any: What any wants here none excludes"],
    [
      "{ action: [aa.b, aa.c], name_words: { any: [x] } }",
      "match.action: None of these names fits the rule's other conditions",
    ],
    ["{ action: read_file, capability: sql }", "match.action: None of these names fits the rule's other conditions"],
    ["{ args: { n: { gt: 10, lt: 5 } } }", "match.args.n: No value can be all of this"],
    ["{ args: { n: { gt: 5, lte: 5 } } }", "match.args.n: No value can be all of this"],
    ["{ args: { n: { gte: b, lt: a } } }", "match.args.n: No value can be all of this"],
    ["{ args: { n: { eq: 5, gt: 5 } } }", "match.args.n: No value can be all of this"],
    ["{ args: { n: { eq: 5, gte: 6 } } }", "match.args.n: No value can be all of this"],
    ["{ args: { n: { eq: 5, lt: 5 } } }", "match.args.n: No value can be all of this"],
    ["{ args: { n: { in: [5, 6], lte: 4 } } }", "match.args.n: No value can be all of this"],
    ["{ args: { n: { eq: 5, in: [6] } } }", "match.args.n: No value can be all of this"],
    ["{ args: { n: { in: [a, b], not_in: [b, a] } } }", "match.args.n: No value can be all of this"],
    ["{ args: { n: { eq: a, ne: a } } }", "match.args.n: No value can be all of this"],
    ["{ args: { n: { in: [$none] } } }", "match.args.n: No value can be all of this"],
    [
      "{ command: { program: git, flags_any: [-f], flags_none: [-f, -x] } }",
      "match.command.flags_any: What flags_any wants here flags_none excludes",
    ],
    [
      "{ command: { flags_all: [-f, -x], flags_none: [-x] } }",
      "match.command.flags_all: What flags_all wants here flags_none excludes",
    ],
    [
      "{ command: { program: ls, args_any: ['*.md'], args_none: ['*.md'] } }",
      "match.command.args_any: What args_any wants here args_none excludes",
    ],
    ["{ command: { program: $none } }", "match.command.program: Only empty sets are named here"],
    [
      "{ path: { any: ['/etc/**'], except: ['/etc/**', '/usr/**'] } }",
      "match.path.any: What any wants here except excludes",
    ],
  ])("reviewPolicy() warns of %s", (match, expected) => {
    const lines = reviewMatch(match, match.includes("$") ? SETS : "");
    expect(lines.filter((line) => line.includes(expected))).toHaveLength(1);
  });

  it.each([
    ["{ name_words: { any: [a, b], none: [b] } }"],
    ["{ name_words: { none: [$none] } }"],
    ["{ action: [aa.b, aa.x], name_words: { any: [x] } }"],
    ["{ action: [aa.b, 'x*'], name_words: { any: [x] } }"],
    ["{ action: read_file, capability: [sql, file_read] }"],
    ["{ args: { n: { gt: 5, lt: 5.5 } } }"],
    ["{ args: { n: { gte: 5, lte: 5 } } }"],
    ["{ args: { n: { gte: 5, lte: a } } }"],
    ["{ args: { n: { in: [5, 7], gt: 6 } } }"],
    ["{ args: { n: { eq: a, gt: 6 } } }"],
    ["{ args: { n: { in: [a, b], not_in: [b] } } }"],
    ["{ args: { n: 5, m: [1, 2], o: { ne: 5, gt: 5 } } }"],
    ["{ args: { n: { exists: true, matches: x } } }"],
    ["{ args: { n: { eq: x, exists: true, glob: y } } }"],
    ["{ command: { flags_any: [-f, -x], flags_none: [-f] } }"],
    ["{ command: { flags_all: [-f], flags_none: [-x] } }"],
    ["{ command: { flags_any: [-f], flags_none: [-f], optional: true } }"],
    ["{ command: [{ flags_any: [-f], flags_none: [-f] }, { program: ls }] }"],
    ["{ command: none }"],
    ["{ path: { any: ['/etc/**', '/usr/**'], except: ['/etc/**'] } }"],
  ])("reviewPolicy() is content with %s", (match) => {
    const lines = reviewMatch(match, match.includes("$") ? SETS : "");
    expect(lines.filter((line) => !line.includes("uses this set"))).toEqual([]);
  });

  it("reviewPolicy() says of one alternative that it never matches, and where", () => {
    const rules = rule("a", "effect: deny, match: [{ action: x }, { name_words: { any: [a], none: [a] } }]");
    expect(review(rules)).toEqual([
      "3:74 rules[0].match[1].name_words.any: What any wants here none excludes (this alternative never matches)",
    ]);
  });
});

/** Calls that run, read, fetch and ask all sorts of things. */
const CALLS = [
  { action: "bash", input: { command: "A=1 git -C x push -f -x origin main && ls a.md /etc/passwd" } },
  { action: "bash", input: { command: "git -c a.b=c commit -m x; curl http://127.0.0.1/x" } },
  { action: "write_file", input: { path: "/etc/passwd", text: "x" } },
  { action: "http_get", input: { url: "http://example.com/" } },
  { action: "postgres_query", input: { sql: "DELETE FROM t WHERE a = 1; SELECT 1" } },
];

describe("compilePolicy on what reviewPolicy says never matches", () => {
  it.each([
    ["{ command: { program: $none } }"],
    ["{ command: { program: git, subcommand: $none } }"],
    ["{ path_patterns: [$none] }"],
    ["{ args_pattern: $none }"],
    ["{ command: { flags_any: [$none] } }"],
    ["{ command: { args_any: [$none] } }"],
    ["{ command: { env_any: [$none] } }"],
    ["{ command: { config_any: [$none] } }"],
    ["{ path: { any: [$none] } }"],
    ["{ path: { access: $none } }"],
    ["{ url: { scheme: $none } }"],
    ["{ url: { host: [$none] } }"],
    ["{ url: { ip: $none } }"],
    ["{ sql: { statement: $none } }"],
    ["{ sql: { table: [$none] } }"],
    ["{ command: { flags_any: [-f], flags_none: [-f] } }"],
    ["{ command: { flags_all: [-f, -x], flags_none: [-x] } }"],
    ["{ command: { args_any: ['*.md'], args_none: ['*.md'] } }"],
    ["{ command: { args_all: ['*.md'], args_none: ['*.md'] } }"],
    ["{ path: { any: ['/etc/**'], except: ['/etc/**'] } }"],
  ])("evaluate() never finds that %s holds", (match) => {
    expect(reviewMatch(match, SETS).some((line) => line.includes("the rule never matches"))).toBe(true);
    for (const effect of ["deny", "allow"]) {
      const text = `version: 1\n${SETS}rules:\n${rule("only", `effect: ${effect}, match: ${match}`)}`;
      const policy = compilePolicy(parsePolicy(text));
      for (const call of CALLS)
        expect(policy.evaluate(call).matched.filter(({ uncertain }) => uncertain !== true)).toEqual([]);
    }
  });
});
