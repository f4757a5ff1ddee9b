import { compilePolicy, type CompiledPolicy, parsePolicy, type PolicyCall } from "countersign/policy";

/** A policy, calls that differ from each other, and the effect that all must have: a wrong answer is no measurement. */
export interface PolicyBench {
  readonly policy: CompiledPolicy;
  readonly calls: readonly PolicyCall[];
  readonly effect: string;
}

/** Calls of a case. Our choice: more than any memory of recent answers would hold. */
const CALL_COUNT = 4_096;

/** Commands that `safe_coding` has nothing against; `#` becomes a number. */
export const HARMLESS = [
  "git status",
  "git log --oneline -n #",
  "git diff HEAD~# -- src/index.ts",
  "git add src/part-#.ts",
  'git commit -m "Fix case #"',
  "git checkout -b feature-#",
  "git push origin feature-#",
  "git fetch origin pull/#/head",
  "git rebase main~#",
  "git stash push -m work-#",
  "npm test -- --shard=#/64",
  "npm run build --workspace=part-#",
  "npx vitest run test/part-#.test.ts",
  "ls -la src/part-#",
  "cat README-#.md",
  "head -n # CHANGELOG.md",
  'grep -rn "case #" src',
  "rg -n part-# --glob '*.ts'",
  "find src -name 'part-#*.ts'",
  "wc -l src/part-#.ts",
  "sed -n '#,20p' src/index.ts",
  "mkdir -p build/part-#",
  "cp src/part-#.ts build/part-#.ts",
  "mv build/a-#.js build/b-#.js",
  "echo done # > build/log.txt",
  "node --version && node scripts/part-#.mjs",
  "python3 -m pytest tests/test_#.py",
  "cargo build -p part-#",
  "go test ./part#/...",
  "docker build -t app:# .",
  "tsc --noEmit -p packages/part-#",
  "curl -s https://example.com/items/#",
];

/** Commands that `safe_coding` denies. */
export const DENIED = [
  "git push --force origin feature-#",
  "git push origin +feature-#",
  "git -C repo-# push -f",
  "git push --mirror mirror-#",
  "git push origin --delete branch-#",
  "git reset --hard HEAD~#",
  "git clean -fd part-#",
  "git branch -D feature-#",
  "git stash drop stash@{#}",
  "git checkout -- src/part-#.ts",
  'git commit --no-verify -m "Fix #"',
  "git -c core.hooksPath=/dev/null commit -m fix-#",
  "cp part-# /usr/bin/part-#",
  "echo # > /etc/part-#.conf",
  "tee /etc/cron.d/job-#",
  "sh -c 'cd repo-# && git push -f'",
];

/** What is read. */
export const PATHS = ["src/part-#.ts", "docs/page-#.md", "README-#.md", "test/part-#/index.test.ts"];

/** Beginnings of shell lines. */
const LINE_STARTS = [
  "cd packages/part-# && npm ci --ignore-scripts && npm run build 2>&1 | tee build-#.log",
  'git fetch origin && git log --oneline -n # | grep "case #" | sort | uniq -c | head -n 5',
  "for f in src/*.ts; do wc -l $f; done && find build -name '*-#.js' -newer package.json | xargs ls -la",
  'docker run --rm -v "$PWD":/work -w /work node:20 npm test -- --shard=#/64 && echo "shard # is green"',
];

/** Lines of 200 characters. */
export const LINES = LINE_STARTS.map((start) => `${start} && echo `).map((line) => `${line}${"x".repeat(200)}`);

/** Calls of an action, their one argument made from texts in turn, no two alike. */
export function vary(action: string, texts: readonly string[], maxChars = Infinity): readonly PolicyCall[] {
  const key = action === "bash" ? "command" : "path";
  return Array.from({ length: CALL_COUNT }, (_, index) => {
    const text = texts[index % texts.length] ?? "";
    return { action, input: { [key]: text.replaceAll("#", String(index)).slice(0, maxChars) } };
  });
}

/** So many rules with exact names, the last of which matches. */
export function createExact(count: number): PolicyBench {
  const rules = Array.from({ length: count }, (_, index) => ({
    ...{ name: `rule ${index}`, effect: "deny" },
    match: { action: `service.action_${index}` },
  }));
  const calls = Array.from({ length: CALL_COUNT }, (_, index) => ({
    action: `service.action_${count - 1}`,
    input: { invoiceId: `inv_${index}`, amountCents: index },
  }));
  return { policy: compilePolicy(parsePolicy({ version: 1, rules })), calls, effect: "deny" };
}

/** So many regexes over the input's text, the last of which matches. */
export function createRegexes(count: number): PolicyBench {
  const rules = Array.from({ length: count }, (_, index) => ({
    ...{ name: `rule ${index}`, effect: "deny" },
    match: { args_pattern: `(?i)\\bdrop\\s+(table|view)\\s+part_${index}\\b` },
  }));
  const calls = Array.from({ length: CALL_COUNT }, (_, index) => ({
    action: "warehouse.run",
    input: { statement: `-- job ${index}\nDROP TABLE part_${count - 1}`, by: `user_${index}`, dryRun: false },
  }));
  return { policy: compilePolicy(parsePolicy({ version: 1, rules })), calls, effect: "deny" };
}

/** The text of a document with so many rules, their conditions of four sorts in turn. */
export function buildCompileText(count: number, seed: number): string {
  const rules = Array.from({ length: count }, (_, index) => {
    const match = [
      `action: service.action_${index}`,
      `action: "service_${index}.*", roles: [clerk, lead]`,
      `args_pattern: 'force_${index}|seed_${seed}'`,
      `args: { amountCents: { gt: ${index} }, currency: { in: [EUR, USD] } }`,
    ][index % 4];
    return `  - name: rule ${index}\n    match: { ${match} }\n    effect: deny\n    reason: Because of ${index}\n`;
  });
  return `version: 1\nrules:\n${rules.join("")}`;
}
