import { compilePolicy, type CompiledPolicy, parsePolicy, type PolicyCall, template } from "countersign/policy";
import { median, percentile } from "./load.ts";
import {
  buildCompileText,
  createExact,
  createRegexes,
  DENIED,
  HARMLESS,
  LINES,
  PATHS,
  type PolicyBench,
  vary,
} from "./policy-calls.ts";

/** Milliseconds of running before anything is measured, so that the code is compiled. */
const WARM_UP_MS = 250;
/** Rounds per case and milliseconds of each; the median round counts, since machines drift. */
const ROUNDS = 5;
const ROUND_MS = 120;
/** Evaluations that are timed one by one. */
const TIMED = 20_000;
/** Evaluations between two looks at the clock of a round. */
const BURST = 64;

/** Commands that a program has in use: they come again and again, and how they were read is remembered. Those named `fresh` never do. */
const IN_USE = 64;

interface Measured {
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

const TEMPLATES = ["safe_coding", "safe_browsing", "safe_database", "strict"];

/**
 * Measures evaluations of one policy after another in this thread. Each case rotates thousands of calls that differ, so that an
 * engine that remembered answers would gain nothing; only the first two take those that a program has in use. `perSecond` comes from whole rounds; `p50Us` and `p99Us` from single
 * evaluations by the monotonic clock, which counts nanoseconds and whose own 0.05 µs are not taken off.
 */
export function benchPolicy(): Promise<object> {
  const cases = Object.entries(createCases()).map(([name, bench]) => [name, measureCase(name, bench)] as const);
  return Promise.resolve({ bench: "policy", cases: Object.fromEntries(cases), compileMs: measureCompile() });
}

function createCases(): Readonly<Record<string, PolicyBench>> {
  const safeCoding = compilePolicy(template("safe_coding"), { defaultEffect: "allow" });
  const all = compilePolicy(TEMPLATES.map(template), { defaultEffect: "allow" });
  return {
    safe_coding_harmless: { policy: safeCoding, calls: vary("bash", HARMLESS).slice(0, IN_USE), effect: "allow" },
    safe_coding_denied: { policy: safeCoding, calls: vary("bash", DENIED).slice(0, IN_USE), effect: "deny" },
    safe_coding_harmless_fresh: { policy: safeCoding, calls: vary("bash", HARMLESS), effect: "allow" },
    safe_coding_denied_fresh: { policy: safeCoding, calls: vary("bash", DENIED), effect: "deny" },
    exact_100: createExact(100),
    exact_1000: createExact(1_000),
    regex_100: createRegexes(100),
    regex_600: createRegexes(600),
    strict_read: { policy: compilePolicy(template("strict")), calls: vary("read_file", PATHS), effect: "allow" },
    shell_200: { policy: all, calls: vary("bash", LINES, 200), effect: "deny" },
  };
}

function measureCase(name: string, { policy, calls, effect }: PolicyBench): Measured {
  const odd = calls.find((call) => policy.evaluate(call).effect !== effect);
  if (odd !== undefined) throw new Error(`${name} measures something else: ${JSON.stringify(policy.evaluate(odd))}`);
  const run = createRun(policy, calls);
  run(WARM_UP_MS);
  const perSecond = median(Array.from({ length: ROUNDS }, () => run(ROUND_MS)));
  const tookUs = timeSingly(policy, calls);
  return {
    perSecond: Math.round(perSecond),
    p50Us: round2(percentile(tookUs, 0.5)),
    p99Us: round2(percentile(tookUs, 0.99)),
  };
}

/** Evaluates for so many milliseconds and says how many evaluations a second there were. */
function createRun(policy: CompiledPolicy, calls: readonly PolicyCall[]): (forMs: number) => number {
  let next = 0;
  return (forMs) => {
    let count = 0;
    let elapsedMs = 0;
    const start = performance.now();
    while (elapsedMs < forMs) {
      for (let left = BURST; left > 0; left -= 1) {
        const call = calls[next];
        if (call !== undefined) policy.evaluate(call);
        next = (next + 1) % calls.length;
      }
      count += BURST;
      elapsedMs = performance.now() - start;
    }
    return (count / elapsedMs) * 1_000;
  };
}

function timeSingly(policy: CompiledPolicy, calls: readonly PolicyCall[]): number[] {
  const tookUs: number[] = [];
  while (tookUs.length < TIMED) {
    for (const call of calls) {
      const start = performance.now();
      policy.evaluate(call);
      tookUs.push((performance.now() - start) * 1_000);
    }
  }
  return tookUs;
}

/** Milliseconds from the text of 1,000 rules to a policy that can be asked; the median of several, the first ones for warmth. */
function measureCompile(): number {
  const tookMs: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    const text = buildCompileText(1_000, round);
    const start = performance.now();
    compilePolicy(parsePolicy(text));
    tookMs.push(performance.now() - start);
  }
  return round2(median(tookMs.slice(3)));
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
