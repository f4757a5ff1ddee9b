import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { ReplayAnswer } from "../../src/contract/policy-replay.ts";
import { startWireServer } from "../client/wire-server.ts";
import { runHere } from "./run-cli.ts";
import { writeFiles } from "./temporary-files.ts";

const POLICY = `version: 1
default: deny
rules:
  - name: agents read
    match: { action: "billing.get_*", kind: agent }
    effect: allow
  - name: refunds
    match: { action: billing.issue_refund }
    effect: require_approval
`;
const CASES = `policy: ../policy.yaml
cases:
  - { name: agents may look, action: billing.get_invoice, actor: { kind: agent }, effect: allow, rule: agents read }
  - { action: billing.get_invoice, input: { invoiceId: inv_1 }, effect: deny, rule: null }
`;
const WRONG = `  - { action: billing.issue_refund, effect: allow, rule: agents read }\n`;

/** Columns that everything on a screen keeps to. */
const SCREEN = 100;

function widthOf(screen: string): number {
  return Math.max(
    ...stripVTControlCharacters(screen)
      .split("\n")
      .map((line) => line.length),
  );
}

function connectTo(url: string) {
  return { env: { COUNTERSIGN_URL: url, COUNTERSIGN_API_KEY: "csk_test" } };
}

describe("runCli(policy check)", () => {
  test("runCli(policy check) says where every fault is, and exits 1", async () => {
    const folder = writeFiles({ "a.yaml": "version: 1\nruls: []\n", "b.yaml": POLICY });
    const files = [join(folder, "a.yaml"), join(folder, "b.yaml")];
    const { exitCode, stdout } = await runHere(["policy", "check", ...files]);
    expect(exitCode).toBe(1);
    expect(stdout.split("\n")).toEqual([
      `${files[0]}:2:1 ruls: Unknown key "ruls" (did you mean "rules"?)`,
      `${files[1]}: no faults`,
    ]);
  });

  test("runCli(policy check) warns of what can't be meant, and fails for it only when it is to be strict", async () => {
    const dead = `${POLICY}  - { name: dead, match: { action: billing.issue_refund, kind: user }, effect: allow }\n`;
    const file = join(writeFiles({ "a.yaml": dead }), "a.yaml");
    const checked = await runHere(["policy", "check", file]);
    expect(checked).toMatchObject({ exitCode: 0, stderr: "" });
    expect(checked.stdout.split("\n")).toEqual([
      `${file}: no faults, 1 warning`,
      `${file}:10:13 warning: rules[2].name: This rule can never decide ("refunds" (priority 100) holds whenever it does, and decides first)`,
    ]);
    expect((await runHere(["policy", "check", "--strict", file])).exitCode).toBe(1);
    const asJson = await runHere(["policy", "check", "--json", file]);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ files: [{ faults: [], warnings: [{ line: 10, column: 13 }] }] });
  });

  test("runCli(policy check) reads the files that a document extends", async () => {
    const folder = writeFiles({ "a.yaml": "version: 1\nextends: [./sub/b.yaml]\n", "sub/b.yaml": "version: 2\n" });
    const { exitCode, stdout } = await runHere(["policy", "check", join(folder, "a.yaml")]);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining("a.yaml:2:11 extends[0]: In sub/b.yaml, 1:10")]);
    expect((await runHere(["policy", "check", join(folder, "c.yaml")])).exitCode).toBe(2);
  });
});

describe("runCli(policy test)", () => {
  test("runCli(policy test) prints a line per case and the sum", async () => {
    const file = join(writeFiles({ "policy.yaml": POLICY, "tests/a.yaml": CASES }), "tests/a.yaml");
    const { exitCode, stdout, stderr } = await runHere(["policy", "test", file]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout.split("\n")).toEqual([
      file,
      "RESULT  EFFECT  RULE         CASE",
      "ok      allow   agents read  agents may look",
      "ok      deny    (none)       billing.get_invoice: inv_1",
      "2 passed, 0 failed",
    ]);
  });

  test("runCli(policy test) shows what differs, where, and exits 1", async () => {
    const file = join(writeFiles({ "policy.yaml": POLICY, "tests/a.yaml": CASES + WRONG }), "tests/a.yaml");
    const { exitCode, stdout } = await runHere(["policy", "test", file]);
    expect(exitCode).toBe(1);
    expect(stdout.split("\n").slice(-3)).toEqual([
      `${file}:5:5 billing.issue_refund: {}`,
      '  expected allow by "agents read", got require_approval by "refunds": The rule "refunds" requires an approval of this call',
      "2 passed, 1 failed",
    ]);
    const asJson = await runHere(["policy", "test", "--json", file]);
    expect(asJson.exitCode).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      ...{ passed: 2, failed: 1 },
      files: [{ file, faults: [], cases: [{ passed: true }, { passed: true }, { passed: false, line: 5, column: 5 }] }],
    });
  });

  test("runCli(policy test) fits its tables on a screen", async () => {
    const long = `  - { name: ${"a rather long name ".repeat(8)}, action: ${"x".repeat(150)}, effect: deny }\n`;
    const file = join(writeFiles({ "policy.yaml": POLICY, "tests/a.yaml": CASES + long }, "/tmp"), "tests/a.yaml");
    const { stdout } = await runHere(["policy", "test", file], { isInteractive: true });
    expect(widthOf(stdout)).toBeLessThanOrEqual(SCREEN);
    expect(stdout).toContain("│");
  });

  test("runCli(policy test) tells the faults of cases and of what they test, and goes on", async () => {
    const files = {
      "policy.yaml": "version: 2\n",
      "a.yaml": "policy: policy.yaml\ncases: [{ action: a, effect: deny }]\n",
      "b.yaml": "templates: strict\ncases: [{ action: a, effekt: deny }]\n",
      "c.yaml": "templates: strict\ncases: [{ action: a, effect: deny }]\n",
    };
    const folder = writeFiles(files);
    const at = (name: string) => join(folder, name);
    const { exitCode, stdout } = await runHere(["policy", "test", at("a.yaml"), at("b.yaml"), at("c.yaml")]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`${at("policy.yaml")}:1:10 version: This must be 1`);
    expect(stdout).toContain(`${at("b.yaml")}:2:22 cases[0].effekt: Unknown key "effekt" (did you mean "effect"?)`);
    expect(stdout).toMatch(/\n1 passed, 0 failed, 2 files not tried$/);
  });

  test("runCli(policy test) refuses files that aren't there", async () => {
    const folder = writeFiles({ "a.yaml": "policy: b.yaml\ncases: [{ action: a, effect: deny }]\n" });
    const { exitCode, stderr } = await runHere(["policy", "test", join(folder, "a.yaml")]);
    expect([exitCode, stderr]).toEqual([2, `countersign: There is no file ${join(folder, "b.yaml")}`]);
  });
});

describe("runCli(policy evaluate)", () => {
  test("runCli(policy evaluate --local) asks a document without a server", async () => {
    const file = join(writeFiles({ "policy.yaml": POLICY }), "policy.yaml");
    const base = ["policy", "evaluate", "--local", "--policy", file, "--action"];
    const { exitCode, stdout } = await runHere([...base, "billing.get_invoice", "--kind", "agent"]);
    expect(exitCode).toBe(0);
    expect(stdout.split("\n").slice(0, 2)).toEqual(["Effect:  allow", "Rule:    agents read"]);
    const other = await runHere([...base, "billing.get_invoice", "--default-effect", "allow", "--json"]);
    expect(JSON.parse(other.stdout)).toMatchObject({ effect: "deny", defaulted: true });
  });

  test("runCli(policy evaluate --local) takes templates, and refuses to ask nothing or two things", async () => {
    const base = ["policy", "evaluate", "--local", "--action", "drop_table"];
    const { stdout } = await runHere([
      ...base,
      "--template",
      "safe_coding,strict",
      "--default-effect",
      "allow",
      "--json",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ effect: "deny" });
    expect(await runHere(base)).toMatchObject({
      exitCode: 2,
      stderr: "countersign: --local needs --policy or --template",
    });
    expect((await runHere([...base, "--template", "strict", "--policy", "x.yaml"])).exitCode).toBe(2);
    expect(await runHere([...base, "--template", "strikt"])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("strict"),
    });
  });

  test("runCli(policy evaluate --explain) fits why each rule did or didn't match on a screen", async () => {
    const wide = POLICY.replace(
      "billing.issue_refund",
      `[${Array.from({ length: 40 }, (_, n) => `x.y_${n}`).join(", ")}]`,
    );
    const file = join(writeFiles({ "policy.yaml": wide }), "policy.yaml");
    const args = ["policy", "evaluate", "--local", "--policy", file, "--action", "billing.get_invoice", "--explain"];
    const screen = await runHere(args, { isInteractive: true });
    expect(widthOf(screen.stdout)).toBeLessThanOrEqual(SCREEN);
    const plain = await runHere(args);
    expect(plain.stdout).toMatch(/^agents read +allow +100 +no +kind: expected agent; saw nothing$/m);
  });

  test("runCli(policy evaluate) sends the text with what it extends, or the templates' names", async () => {
    const folder = writeFiles({ "a.yaml": "version: 1\nextends: [./b.yaml]\n", "b.yaml": POLICY });
    const verdict = { effect: "deny", reason: "", matched: [], shadow: [], obligations: {}, defaulted: true };
    const server = await startWireServer({ status: 200, body: verdict }, { status: 200, body: verdict });
    const base = ["policy", "evaluate", "--action", "a"];
    await runHere([...base, "--policy", join(folder, "a.yaml")], connectTo(server.url));
    await runHere([...base, "--template", "strict,safe_coding"], connectTo(server.url));
    expect(server.seen[0]?.body).toMatchObject({ policy: expect.stringContaining("agents read") });
    expect(server.seen[1]?.body).toMatchObject({ policy: { templates: ["strict", "safe_coding"] } });
  });
});

describe("runCli(policy replay)", () => {
  const answer: ReplayAnswer = {
    ...{ considered: 10_000, unchanged: 9_999, changed: 1, truncated: true, more: true },
    transitions: [{ from: "allow", to: "deny", count: 1 }],
    changes: [
      {
        id: `ivn_${"0".repeat(26)}`,
        action: "billing.issue_refund",
        actor: "demo-agent",
        createdAt: "2026-01-01T00:00:00.000Z",
        from: { effect: "allow" },
        to: { effect: "require_approval", rule: "large refunds need a person", uncertain: true },
      },
    ],
  };

  test("runCli(policy replay) shows counts, transitions and changes", async () => {
    const file = join(writeFiles({ "policy.yaml": POLICY }), "policy.yaml");
    const server = await startWireServer({ status: 200, body: answer });
    const args = [
      "policy",
      "replay",
      file,
      "--after",
      "2026-01-01",
      "--before",
      "2026-01-02T00:00:00+01:00",
      "--limit",
      "10000",
    ];
    const { exitCode, stdout, stderr } = await runHere([...args, "--action", "a.b"], connectTo(server.url));
    expect(exitCode).toBe(0);
    expect(server.seen[0]).toMatchObject({
      url: "/v1/policy/replay",
      body: {
        ...{ policy: POLICY, after: "2026-01-01T00:00:00.000Z", before: "2026-01-01T23:00:00.000Z" },
        ...{ limit: 10_000, action: "a.b" },
      },
    });
    expect(stdout).toMatch(/^Changed: +1$/m);
    expect(stdout).toMatch(/^allow +deny +1$/m);
    expect(stdout).toMatch(/allow \(no rule\) → require_approval \(large refunds need a person, uncertain\)$/m);
    expect(stderr).toBe(
      "Only the newest 1 changes are listed\nOnly the newest 10000 calls of the period were considered",
    );
  });

  test("runCli(policy replay) fits on a screen, and fails on change only when told", async () => {
    const server = await startWireServer({ status: 200, body: answer }, { status: 200, body: answer });
    const args = ["policy", "replay", "--template", "safe_coding"];
    const screen = await runHere(args, { ...connectTo(server.url), isInteractive: true });
    expect([screen.exitCode, widthOf(screen.stdout) <= SCREEN]).toEqual([0, true]);
    const failing = await runHere([...args, "--fail-on-change", "--json"], connectTo(server.url));
    expect(failing.exitCode).toBe(1);
    expect(JSON.parse(failing.stdout)).toEqual(answer);
  });

  test.each([[[]], [["--after", "soon"]], [["--limit", "10001"]]])("runCli(policy replay) refuses %j", async (args) => {
    expect((await runHere(["policy", "replay", ...args])).exitCode).toBe(2);
  });
});

describe("runCli(policy publish)", () => {
  const view = { version: "1-abc", source: "api", document: "", digest: "d", publishedAt: "now" };

  test("runCli(policy publish) sends the text with the files that it extends", async () => {
    const folder = writeFiles({ "a.yaml": "version: 1\nextends: [./b.yaml, strict]\n", "b.yaml": POLICY });
    const server = await startWireServer({ status: 200, body: view });
    const { exitCode, stdout } = await runHere(["policy", "publish", join(folder, "a.yaml")], connectTo(server.url));
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Version: +1-abc$/m)]);
    expect(server.seen[0]?.url).toBe("/v1/policy");
    expect(server.seen[0]?.body).toMatch(/extends:\s+- strict[^]*agents read/);
  });

  test("runCli(policy publish --organisation) publishes for every tenant", async () => {
    const file = join(writeFiles({ "a.yaml": POLICY }), "a.yaml");
    const server = await startWireServer({ status: 200, body: view });
    await runHere(["policy", "publish", "--organisation", file], connectTo(server.url));
    expect(server.seen[0]).toMatchObject({ url: "/v1/policy?layer=organisation", body: POLICY });
  });

  test("runCli(policy publish) tells the warnings, and publishes", async () => {
    const dead = `${POLICY}  - { name: dead, effect: deny, match: { action: billing.issue_refund, kind: user } }\n`;
    const file = join(writeFiles({ "a.yaml": dead.replace("refunds\n", "refunds\n    priority: 5\n") }), "a.yaml");
    const server = await startWireServer({ status: 200, body: view });
    const { exitCode, stderr } = await runHere(["policy", "publish", file], connectTo(server.url));
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`${file}:11:13 warning: rules[2].name: This rule`)]);
  });

  test("runCli(policy publish) tells what the server warns of, in JSON as a part of the answer", async () => {
    const file = join(writeFiles({ "a.yaml": POLICY }), "a.yaml");
    const warnings = ["Nobody has the group finance"];
    const server = await startWireServer({ status: 200, body: { ...view, warnings } });
    const { exitCode, stderr } = await runHere(["policy", "publish", file], connectTo(server.url));
    expect([exitCode, stderr]).toEqual([0, "warning: Nobody has the group finance"]);
    const json = await runHere(["policy", "publish", "--json", file], connectTo(server.url));
    expect([json.stderr, JSON.parse(json.stdout)]).toEqual(["", { ...view, warnings }]);
  });

  test("runCli(policy publish) sends nothing with faults", async () => {
    const file = join(writeFiles({ "a.yaml": "version: 1\nruls: []\n" }), "a.yaml");
    const { exitCode, stderr } = await runHere(["policy", "publish", file], connectTo("http://127.0.0.1:9"));
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Unknown key "ruls"')]);
  });
});
