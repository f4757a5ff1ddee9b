import { checkPolicy, compilePolicy, parsePolicy, type PolicyFault, template } from "countersign/policy";
import { describe, expect, it } from "vitest";

type Files = Readonly<Record<string, string>>;

function loadFrom(files: Files): (name: string) => string | undefined {
  return (name) => files[name];
}

function parse(document: object | string, files: Files = {}): ReturnType<typeof parsePolicy> {
  return parsePolicy(document, { load: loadFrom(files) });
}

function faultsOf(document: object | string, files: Files = {}): readonly PolicyFault[] {
  const check = checkPolicy(document, { load: loadFrom(files) });
  return "faults" in check ? check.faults : [];
}

function deny(name: string, priority = 100): string {
  return `{ name: ${name}, effect: deny, priority: ${priority}, match: { action: ${name} } }`;
}

describe("extends", () => {
  it("extends puts the rules of all documents into one set, those that are extended first", () => {
    const files = {
      "base.yaml": `{ version: 1, extends: [teams/web.yaml], rules: [${deny("base")}] }`,
      "teams/web.yaml": `{ version: 1, extends: [./more.yaml, ../last.yaml], rules: [${deny("web")}] }`,
      "teams/more.yaml": `{ version: 1, rules: [${deny("more")}] }`,
      "last.yaml": `{ version: 1, rules: [${deny("last")}] }`,
    };
    const document = parse(`{ version: 1, extends: ./base.yaml, rules: [${deny("own")}] }`, files);
    expect(document.rules.map(({ name }) => name)).toEqual(["more", "last", "web", "base", "own"]);
  });

  it("extends lets priorities decide, whichever document a rule is in", () => {
    const files = { "base.yaml": "{ version: 1, rules: [{ name: base, effect: deny, priority: 10 }] }" };
    const own = (priority: number): object => ({
      version: 1,
      extends: ["./base.yaml"],
      rules: [{ name: "own", effect: "allow", priority }],
    });
    const decide = (priority: number) =>
      compilePolicy(parse(own(priority), files)).evaluate({ action: "a", input: {} });
    expect(decide(10)).toMatchObject({ effect: "deny", rule: "base" });
    expect(decide(9)).toMatchObject({ effect: "allow", rule: "own" });
  });

  it("extends takes a document once that two others extend", () => {
    const files = {
      "a.yaml": "{ version: 1, extends: [./c.yaml] }",
      "b.yaml": "{ version: 1, extends: [./c.yaml] }",
      "c.yaml": `{ version: 1, rules: [${deny("c")}] }`,
    };
    expect(parse({ version: 1, extends: ["./a.yaml", "./b.yaml"] }, files).rules).toHaveLength(1);
  });

  it("extends joins sets, so that a document can fill those of the one that it extends", () => {
    const base = "{ version: 1, sets: { names: [a] }, rules: [{ name: r, effect: deny, match: { action: $names } }] }";
    const files = { "base.yaml": base };
    const filled = parse(
      { version: 1, extends: ["./base.yaml"], sets: { names: ["b", "a"] }, default: "allow" },
      files,
    );
    const effects = ["a", "b", "c"].map((action) => compilePolicy(filled).evaluate({ action, input: {} }).effect);
    expect(effects).toEqual(["deny", "deny", "allow"]);
    expect(filled.sets.get("names")).toEqual(["a", "b"]);
  });

  it("extends lets a document's own workspace stand, and adds up the words of capabilities and the limits", () => {
    const base = {
      version: 1,
      workspace: "/base",
      capabilities: { shell: ["x"] },
      limits: { attempts: { per_run: 2 } },
    };
    const files = { "base.yaml": JSON.stringify(base) };
    const own = {
      version: 1,
      extends: ["./base.yaml"],
      capabilities: { shell: ["y"] },
      limits: [{ attempts: { per_run: 3 } }],
    };
    expect(parse(own, files)).toMatchObject({
      settings: { workspace: "/base", capabilityNames: { shell: ["x", "y"] } },
      limits: { attempts: { perRun: 2 } },
    });
    expect(parse({ ...own, workspace: "/own" }, files).settings.workspace).toBe("/own");
  });

  it.each<[own: string | undefined, extended: string[], expected: string | undefined]>([
    [undefined, ["safe_coding"], undefined],
    [undefined, ["strict"], "deny"],
    ["allow", ["strict"], "allow"],
    [undefined, ["./allow.yaml", "./ask.yaml"], "require_approval"],
    [undefined, ["./ask.yaml", "strict", "./allow.yaml"], "deny"],
  ])("extends with the own default %j and %j makes the default %j", (own, extended, expected) => {
    const files = {
      "allow.yaml": "{ version: 1, default: allow }",
      "ask.yaml": "{ version: 1, default: require_approval }",
    };
    expect(parse({ version: 1, default: own, extends: extended }, files).defaultEffect).toBe(expected);
  });

  it.each(["safe_coding", "safe_browsing", "safe_database", "strict"])("extends leaves %s its answers", (name) => {
    const alone = compilePolicy(template(name), { defaultEffect: "allow" });
    const extended = compilePolicy(parsePolicy({ version: 1, extends: [name] }), { defaultEffect: "allow" });
    const calls = ["git push -f origin main", "rm -rf /", "curl http://127.1", "psql -c 'drop table t'", "ls"];
    for (const command of calls) {
      const call = { action: "bash", input: { command } };
      expect(extended.evaluate(call)).toEqual(alone.evaluate(call));
    }
  });
});

describe("extends refuses", () => {
  const files: Files = {
    "circle.yaml": "{ version: 1, extends: [./sub/other.yaml] }",
    "sub/other.yaml": "{ version: 1, extends: [../circle.yaml] }",
    "self.yaml": "{ version: 1, extends: self.yaml }",
    "faulty.yaml": "version: 1\nrules:\n  - name: a\n    efect: deny\n",
    "broken.yaml": "version: [",
    "list.yaml": "- 1",
    "through.yaml": "{ version: 1, extends: [./faulty.yaml] }",
    "lost.yaml": "{ version: 1, extends: [./nowhere.yaml] }",
    "older.yaml": "policies: []",
    "ordered.yaml": "{ version: 1, order: first_match }",
    "same.yaml": "{ version: 1, rules: [{ name: own, effect: allow }] }",
    "twin.yaml": "{ version: 1, rules: [{ name: own, effect: deny }] }",
    "many.yaml": JSON.stringify({
      version: 1,
      rules: Array.from({ length: 1_999 }, (_, index) => ({ name: `m${index}`, effect: "deny" })),
    }),
    "wide.yaml": JSON.stringify({ version: 1, sets: { wide: Array.from({ length: 999 }, (_, index) => `w${index}`) } }),
    ...Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [
        `deep${index}.yaml`,
        `{ version: 1, extends: [deep${index + 1}.yaml] }`,
      ]),
    ),
    ...Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`n${index}.yaml`, "version: 1"])),
  };

  it.each<[extended: unknown, expected: Partial<PolicyFault>]>([
    [
      "safe_codign",
      { message: "There is no template safe_codign", hint: 'did you mean "safe_coding"?', path: "extends" },
    ],
    [["house_rules"], { message: "There is no template house_rules", hint: "a file is named ./file.yaml" }],
    [["./nowhere.yaml"], { message: "There is no document nowhere.yaml to read", path: "extends[0]" }],
    [
      ["../above.yaml"],
      { message: "This must be a file below this document's folder", hint: "for example ./base.yaml" },
    ],
    [["a/../../b.yaml"], { message: "This must be a file below this document's folder" }],
    [["/etc/passwd"], { message: "This must be a file below this document's folder" }],
    [["C:\\x.yaml"], { message: "This must be a file below this document's folder" }],
    [["https://example.com/x.yaml"], { message: "This must be a file below this document's folder" }],
    [["./"], { message: "This must be a file below this document's folder" }],
    [["a\nb.yaml"], { message: "This must be a file below this document's folder" }],
    [[7], { message: "This must be text" }],
    [[], { message: "This list is empty and would never match" }],
    [["x".repeat(301)], { message: "This has at most 300 characters" }],
    [["$sets"], { message: "There is no document $sets to read" }],
    [
      ["./circle.yaml"],
      {
        message:
          "In sub/other.yaml, 1:25 extends[0]: The documents extend each other in a circle: circle.yaml → sub/other.yaml → circle.yaml",
        path: "extends[0]",
      },
    ],
    [
      ["self.yaml"],
      { message: "In self.yaml, 1:24 extends: The documents extend each other in a circle: self.yaml → self.yaml" },
    ],
    [["deep0.yaml"], { message: "In deep7.yaml, 1:25 extends[0]: More than 8 documents extend one another" }],
    [
      Array.from({ length: 21 }, (_, index) => `n${index}.yaml`),
      { message: "More than 20 documents are extended", path: "extends[20]" },
    ],
    [["./faulty.yaml"], { message: "In faulty.yaml, 3:5 rules[0]: The rule has no effect" }],
    [["./through.yaml"], { message: "In faulty.yaml, 3:5 rules[0]: The rule has no effect", path: "extends[0]" }],
    [["./broken.yaml"], { message: expect.stringMatching(/^In broken.yaml, 1:1/) as string }],
    [["./list.yaml"], { message: "In list.yaml, 1:1 This must be a mapping of keys to values" }],
    [["./lost.yaml"], { message: "In lost.yaml, 1:25 extends[0]: There is no document nowhere.yaml to read" }],
    [
      ["./older.yaml"],
      { message: "older.yaml is of the older form, with policies", hint: "write them as rules to extend it" },
    ],
    [
      ["./ordered.yaml"],
      {
        message: "ordered.yaml has another order of rules than this document",
        hint: "write order: first_match here too",
      },
    ],
    [
      ["./same.yaml", "./twin.yaml"],
      { message: "In twin.yaml, 1:31 rules[0].name: A rule of same.yaml has this name, and none replaces another" },
    ],
  ])("extends refuses %j", (extended, expected) => {
    expect(faultsOf({ version: 1, extends: extended }, files)[0]).toMatchObject(expected);
  });

  it("extends refuses an own rule in the place of an extended one, with what to do", () => {
    const own = { version: 1, extends: ["./same.yaml"], rules: [{ name: "own", effect: "deny" }] };
    expect(faultsOf(own, files)).toEqual([
      {
        message: "A rule of same.yaml has this name, and none replaces another",
        path: "rules[0].name",
        hint: "take another name; a rule with a lower priority number decides before it",
      },
    ]);
  });

  it("extends refuses an order that the extended document doesn't have", () => {
    const faults = faultsOf({ version: 1, order: "first_match", extends: ["strict"] });
    expect(faults).toMatchObject([{ hint: "remove order: first_match" }]);
  });

  it("extends refuses more rules than one document may have, counted together", () => {
    const rules = ["a", "b"].map((name) => ({ name, effect: "deny" }));
    const faults = faultsOf({ version: 1, extends: ["./many.yaml"], rules }, files);
    expect(faults).toEqual([{ message: "A document has at most 2000 rules", path: "rules[1]" }]);
  });

  it("extends refuses a set that is too large together", () => {
    const faults = faultsOf({ version: 1, extends: ["./wide.yaml"], sets: { wide: ["a", "b"] } }, files);
    expect(faults[0]?.message).toBe("The set wide has more than 1000 members together with the extended documents'");
  });

  it("extends places a fault of a filling member in the document that fills", () => {
    const base = "{ version: 1, sets: { names: [] }, rules: [{ name: r, effect: deny, match: { action: $names } }] }";
    const text = "version: 1\nextends: [./base.yaml]\nsets:\n  names: ['re:(']\n";
    expect(faultsOf(text, { "base.yaml": base })).toMatchObject([{ line: 4, column: 11, path: "sets.names[0]" }]);
  });

  it("extends reads no file where nobody gave a loader, and none of a loader that fails", () => {
    const document = { version: 1, extends: ["./base.yaml"] };
    expect(checkPolicy(document)).toMatchObject({
      faults: [{ message: "Other files can't be read here", path: "extends[0]" }],
    });
    const failing = () => {
      throw new Error("No");
    };
    const odd = (() => 7) as unknown as () => string;
    for (const load of [failing, odd]) {
      expect(checkPolicy(document, { load })).toMatchObject({
        faults: [{ message: "There is no document base.yaml to read" }],
      });
    }
  });
});
