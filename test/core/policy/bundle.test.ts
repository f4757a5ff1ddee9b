import { bundlePolicy, type CompiledPolicy, compilePolicy, parsePolicy } from "countersign/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

function loadFrom(files: Readonly<Record<string, string>>): (name: string) => string | undefined {
  return (name) => files[name];
}

const FILES = {
  "base.yaml": `# a comment
version: 1
extends: [sub/more.yaml, safe_coding]
default: allow
workspace: /srv
sets: { hosts: [a.example] }
capabilities: { shell: [lauf] }
limits: { attempts: { per_run: 3 } }
rules:
  - { name: base, effect: deny, match: { action: [base, "re:^b\\\\d"] } }
`,
  "sub/more.yaml":
    "{ version: 1, limits: [{ timeout: { total: 1m } }], rules: [{ name: more, effect: deny, match: { action: more } }] }",
};

const OWN = `version: 1
extends: [./base.yaml]
sets: { hosts: [b.example] }
rules:
  - name: own
    match: { action: own, roles: $hosts }
    effect: deny
    reason: "yes: because"
`;

describe("bundlePolicy", () => {
  it("bundlePolicy() writes one document of all files, with templates by name", () => {
    expect(bundlePolicy(OWN, { load: loadFrom(FILES), file: "/srv/policies/own.yaml" }))
      .toBe(`# Bundled from own.yaml, sub/more.yaml, base.yaml
version: 1
default: allow
extends:
  - safe_coding
workspace: /srv
capabilities:
  shell:
    - lauf
sets:
  hosts:
    - a.example
    - b.example
limits:
  - timeout:
      total: 1m
  - attempts:
      per_run: 3
rules:
  - name: more
    effect: deny
    match:
      action: more
  - name: base
    effect: deny
    match:
      action:
        - base
        - re:^b\\d
  - name: own
    match:
      action: own
      roles: $hosts
    effect: deny
    reason: "yes: because"
`);
  });

  it("bundlePolicy() gives a text that needs no file and is read as the same document", () => {
    const load = loadFrom(FILES);
    const parts = (text: string, options = {}) => {
      const { rules, ...document } = parsePolicy(text, options);
      return JSON.stringify([document, [...document.sets], rules.filter(({ name }) => !name.startsWith("no-"))]);
    };
    expect(parts(bundlePolicy(OWN, { load }))).toBe(parts(OWN, { load }));
  });

  it.each([
    ["no other document", "version: 1 # as it stands\n"],
    ["templates only", "version: 1\nextends: [strict, safe_coding]\n"],
    ["the older form", "policies: []\n"],
  ])("bundlePolicy() gives a document back that extends %s", (_, text) => {
    expect(bundlePolicy(text, { load: loadFrom({}) })).toBe(text);
  });

  it("bundlePolicy() keeps the order, and writes a line that no file's name can end", () => {
    const files = { "x.yaml": "{ version: 1, order: first_match }" };
    const own = "{ version: 1, order: first_match, extends: [x.yaml] }";
    const bundled = bundlePolicy(own, { load: loadFrom(files), file: "a\nb.yaml" });
    expect(bundled).toBe("# Bundled from a?b.yaml, x.yaml\nversion: 1\norder: first_match\nrules: []\n");
    expect(bundlePolicy(own, { load: loadFrom(files) })).toMatch(/^# Bundled from a document, x.yaml\n/);
  });

  it("bundlePolicy() refuses documents with faults and what is too large together", () => {
    expect(() => bundlePolicy("version: 2")).toThrow("This must be 1");
    expect(() => bundlePolicy(OWN, { load: loadFrom({}), file: "own.yaml" })).toThrow(
      "own.yaml: The policy is not valid: 2:11 extends[0]: There is no document base.yaml to read",
    );
    const description = "x".repeat(2_000);
    const large = (name: string) =>
      JSON.stringify({
        version: 1,
        rules: Array.from({ length: 90 }, (_, index) => ({ name: `${name}${index}`, effect: "deny", description })),
      });
    const files = { "a.yaml": large("a"), "b.yaml": large("b") };
    const load = loadFrom(files);
    expect(() => bundlePolicy("{ version: 1, extends: [a.yaml, b.yaml] }", { load })).toThrow(
      "Together with the files that it extends the document is larger than 256 KiB",
    );
  });

  it("bundlePolicy() changes no answer", () => {
    const action = fc.constantFrom("a", "b", "a.b", "$HOME");
    const rule = fc.record(
      {
        effect: fc.constantFrom("allow", "deny", "require_approval"),
        priority: fc.integer({ min: 0, max: 2 }),
        match: fc.record({ action: fc.array(fc.constantFrom("a", "a*", "re:b$", "$set"), { minLength: 1 }) }),
        reason: fc.string({ minLength: 1 }),
      },
      { requiredKeys: ["effect"] },
    );
    const document = (name: string, rest: object) =>
      fc.array(rule, { maxLength: 3 }).map((rules) => ({
        version: 1,
        ...rest,
        rules: rules.map((each, index) => ({ name: `${name} ${index}`, ...each })),
      }));
    const own = document("own", { extends: ["base.yaml"], sets: { set: ["b"] } });
    fc.assert(
      fc.property(own, document("base", { default: "allow", sets: { set: ["a.b"] } }), action, (first, base, asked) => {
        const options = { load: loadFrom({ "base.yaml": JSON.stringify(base) }) };
        const text = JSON.stringify(first);
        const ask = (policy: CompiledPolicy) => policy.evaluate({ action: asked, input: {} });
        const bundled = compilePolicy(parsePolicy(bundlePolicy(text, options)));
        expect(ask(bundled)).toEqual(ask(compilePolicy(parsePolicy(text, options))));
      }),
    );
  });
});
