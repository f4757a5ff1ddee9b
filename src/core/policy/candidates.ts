import type { CallFacts } from "./call.ts";
import type { Condition } from "./match/condition.ts";
import type { TextIndex } from "./match/text-index.ts";
import type { RankedRule } from "./ranked-rule.ts";

/** A rule that an action's name doesn't rule out, with what is left to ask. */
export interface Candidate {
  readonly ranked: RankedRule;
  readonly alternatives: readonly (readonly Condition[])[];
}

/** Rules with a required text at which looking for all texts at once pays. Measured: below, asking each is as quick. */
const MIN_GUARDED = 8;

/** The rules that are left for one action's name, filed by the texts without which they can't match. */
export class Candidates {
  readonly #all: readonly Candidate[];
  /** Those that no missing text rules out. */
  readonly #unguarded: readonly Candidate[];
  readonly #guardedBy = new Map<number, Candidate[]>();
  readonly #index: TextIndex | undefined;

  /** In deciding order. */
  constructor(candidates: readonly Candidate[]) {
    this.#all = candidates;
    const unguarded: Candidate[] = [];
    for (const candidate of candidates) {
      const guards = candidate.alternatives.map((conditions) => conditions.find(({ requires }) => requires)?.requires);
      const [first] = guards;
      if (first === undefined || guards.includes(undefined)) unguarded.push(candidate);
      else this.#guard(candidate, new Set(guards.flatMap((guard) => guard?.numbers ?? [])));
      this.#index ??= first?.index;
    }
    this.#unguarded = unguarded;
    if (candidates.length - unguarded.length < MIN_GUARDED) this.#index = undefined;
  }

  /** Those that the call's input doesn't rule out by a text that it lacks, in deciding order. */
  select({ facets }: CallFacts): readonly Candidate[] {
    if (this.#index === undefined) return this.#all;
    const { text, isCut } = facets.flatText;
    if (text === undefined || isCut) return this.#all;
    const found = this.#index.findIn(text);
    if (found.size === 0) return this.#unguarded;
    const selected = new Set(this.#unguarded);
    for (const number of found) for (const candidate of this.#guardedBy.get(number) ?? []) selected.add(candidate);
    return [...selected].sort((left, right) => left.ranked.rank - right.ranked.rank);
  }

  #guard(candidate: Candidate, numbers: ReadonlySet<number>): void {
    for (const number of numbers) {
      const guarded = this.#guardedBy.get(number);
      if (guarded === undefined) this.#guardedBy.set(number, [candidate]);
      else guarded.push(candidate);
    }
  }
}
