import { MAX_LISTED_CHANGES } from "../contract/limits.ts";
import type { Effect, RecordedVerdict, Verdict } from "../contract/policy.ts";
import type { ReplayAnswer, ReplayChange, ReplayTransition } from "../contract/policy-replay.ts";
import { ownEffectOf } from "../core/policy/own-effect.ts";
import type { DecidedInvocation } from "../store/decided-invocations.ts";
import { toWireTime } from "./views.ts";

/** What counts as one verdict: its effect, and the rule behind it. */
type Decision = Pick<Verdict, "effect" | "rule">;

/** Counts what a proposed policy would change, verdict by verdict. */
export class ReplayTally {
  #considered = 0;
  #changed = 0;
  readonly #changes: ReplayChange[] = [];
  readonly #transitions = new Map<string, ReplayTransition>();

  /** How many verdicts were compared so far. */
  get considered(): number {
    return this.#considered;
  }

  /** Compares a recorded verdict with what the proposed policy answers. */
  add(row: DecidedInvocation, proposed: Verdict): void {
    this.#considered += 1;
    const recorded = readDecision(row.verdict);
    if (recorded.effect === proposed.effect && recorded.rule === proposed.rule) return;
    this.#changed += 1;
    this.#countTransition(recorded.effect, proposed.effect);
    if (this.#changes.length < MAX_LISTED_CHANGES) this.#changes.push(describeChange(row, recorded, proposed));
  }

  /** The counts and the first changes, without anything of an input. */
  toAnswer(): ReplayAnswer {
    const changed = this.#changed;
    const transitions = [...this.#transitions.values()].sort((left, right) => right.count - left.count);
    return {
      considered: this.#considered,
      unchanged: this.#considered - changed,
      changed,
      transitions,
      changes: [...this.#changes],
      ...(changed > this.#changes.length ? { truncated: true } : {}),
    };
  }

  #countTransition(from: Effect, to: Effect): void {
    const key = `${from} ${to}`;
    const count = (this.#transitions.get(key)?.count ?? 0) + 1;
    this.#transitions.set(key, { from, to, count });
  }
}

function describeChange(row: DecidedInvocation, recorded: Decision, proposed: Verdict): ReplayChange {
  const { id, action, actor } = row;
  const isUncertain = proposed.matched.some(({ rule, uncertain }) => uncertain === true && rule === proposed.rule);
  return {
    ...{ id, action, actor, createdAt: toWireTime(row.created_at) },
    from: toDecision(recorded),
    to: { ...toDecision(proposed), ...(isUncertain ? { uncertain: true } : {}) },
  };
}

/** What policy answered: where grants stood for the approval that it asked for, the record keeps what the call was then let do. */
function readDecision(text: string): Decision {
  const verdict = JSON.parse(text) as RecordedVerdict;
  return toDecision({ effect: ownEffectOf(verdict), rule: verdict.rule });
}

function toDecision({ effect, rule }: Decision): Decision {
  return rule === undefined ? { effect } : { effect, rule };
}
