import type { PolicyCall } from "countersign/policy";
import fc from "fast-check";

const NAMES = ["bash", "read_file", "postgres_query", "WebFetch", "billing.issue_refund", "a", "", "__proto__"];
const ROLES = ["agent", "user", "constructor"];
const WORDS = [
  "git",
  "push",
  "--force",
  "rm",
  "-rf",
  "/etc/passwd",
  "~/.ssh/id_rsa",
  "main",
  ";",
  "&&",
  "|",
  "ls",
  "sh -c",
];

const role = fc.constantFrom(...ROLES);
const pattern = fc.constantFrom("a", "b*", "*", "re:b", "~^read", "{bash,a}", "billing.*", "__proto__", "");

/** One of each field's forms; few values, so that rules and calls often meet. */
const fields = {
  action: fc.oneof(pattern, fc.array(pattern, { minLength: 1, maxLength: 3 })),
  risk: fc.constantFrom("low", "high"),
  roles: fc.array(role, { minLength: 1, maxLength: 2 }),
  kind: fc.constantFrom("agent", "user"),
  tenant: fc.constant("acme"),
  subject: fc.constant("ann"),
  run: fc.constant("r1"),
  capability: fc.constantFrom("shell", "sql", "file_read", "http"),
  name_words: fc.constantFrom({ any: ["read", "bash"] }, { none: ["query"] }),
  args: fc.constantFrom(
    { amount: { gt: 100 } },
    { amount: { ne: 5 } },
    { currency: ["EUR", "USD"] },
    { "items[*].price": { lt: 10 } },
    { note: { exists: false } },
    { note: { exists: true } },
    { note: { matches: "a" }, amount: { not_in: [1, 2] } },
    { currency: { glob: "E*" } },
    { "/items/0/price": 9 },
  ),
  args_pattern: fc.constantFrom("force", "(?i)eur", "^$", "passwd", "amount=1"),
  when: fc.constantFrom(
    "input.amount > 100",
    "!has(input.note)",
    "'agent' in actor.roles",
    "input.items.all(i, i.price < 10)",
    "input.items.exists(i, i.price > 10)",
    "action == 'bash' || input.currency != 'EUR'",
  ),
  command: fc.constantFrom<unknown>("none", { program: "rm" }, { program: "git", subcommand: "push" }, [
    { program: ["ls", "git"] },
    { program: "echo", optional: true },
  ]),
  path_patterns: fc.constantFrom("/etc/**", "~/.ssh/**", "re:passwd$"),
  url: fc.constantFrom<unknown>("none", { scheme: "file" }, { host: "*.example", optional: true }),
  sql: fc.constantFrom<unknown>("none", { statement: ["delete", "update"] }),
};
const anyMapping = fc.record(fields, { requiredKeys: [] }).map(keepFew);
/** Regexes over the text of an input are about how it is written: a variable in it is just another text. */
const anyMappingOfMeaning = fc.record({ ...fields, args_pattern: fc.constant("") }, { requiredKeys: [] }).map(keepFew);

/** The first of many conditions: a rule that asks about everything matches nothing. */
function keepFew(mapping: object): object {
  const entries = Object.entries(mapping);
  const from = entries.length === 0 ? 0 : JSON.stringify(mapping).length % entries.length;
  return Object.fromEntries([...entries.slice(from), ...entries.slice(0, from)].slice(0, 2));
}

function createRules(mapping: fc.Arbitrary<object>): fc.Arbitrary<object[]> {
  const anyRule = fc
    .record(
      {
        effect: fc.constantFrom("allow", "deny", "require_approval", "sanitize"),
        priority: fc.integer({ min: 0, max: 2 }),
        enforce: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
        match: fc.oneof(
          { weight: 3, arbitrary: mapping },
          { weight: 1, arbitrary: fc.array(mapping, { minLength: 1, maxLength: 3 }) },
        ),
        limits: fc.constant({ attempts: { per_run: 3 } }),
      },
      { requiredKeys: ["effect"] },
    )
    .map((rule) => (rule.effect === "sanitize" ? { ...rule, sanitize: { remove: ["/note"] } } : rule));
  return fc
    .array(anyRule, { maxLength: 8 })
    .map((rules) => rules.map((rule, index) => ({ ...rule, name: `rule ${index}` })));
}

/** Rules of a document, with every field of the language. */
export const anyRules = createRules(anyMapping);

/** The same without regexes over the input's text. */
export const anyRulesOfMeaning = createRules(anyMappingOfMeaning);

/** What a document says where no rule decides. */
export const anyDefault = fc.constantFrom("allow", "deny", "require_approval");

/** A line of commands. */
export const anyLine = fc.array(fc.constantFrom(...WORDS), { maxLength: 8 });

/** An input's members that rules ask about, in their proper types mostly. */
export const anyMembers = fc.record(
  {
    amount: fc.constantFrom<unknown>(1, 5, 101, "101", null, Number.NaN),
    currency: fc.constantFrom<unknown>("EUR", "GBP", ["EUR"]),
    items: fc.constantFrom<unknown>([], [{ price: 9 }], [{ price: 9 }, { price: 11 }], { price: 9 }, [{}]),
    note: fc.constantFrom("a", "force"),
    command: anyLine.map((words) => words.join(" ")),
    path: fc.constantFrom("/etc/passwd", "src/a.ts", "../x"),
    url: fc.constantFrom("https://a.example/", "file:/etc/passwd"),
    query: fc.constantFrom("select 1", "delete from t", "update t set a = 1 where b = 2"),
  },
  { requiredKeys: [] },
);

/** A call that the rules above often match. */
export const anyCall: fc.Arbitrary<PolicyCall> = fc.record({
  action: fc.constantFrom(...NAMES),
  input: fc.oneof({ weight: 4, arbitrary: anyMembers }, { weight: 1, arbitrary: fc.jsonValue() }),
  actor: fc.record({
    subject: fc.constantFrom("ann", "bob"),
    kind: fc.constantFrom("agent", "user"),
    tenant: fc.constantFrom("acme", "other"),
    roles: fc.array(role, { maxLength: 2 }),
  }),
  run: fc.constantFrom("r1", "r2"),
  manifest: fc.record({ risk: fc.constantFrom("low", "high"), approvalRequired: fc.boolean() }),
});
