import { MAX_SQL_FACTS } from "../../limits.ts";
import { type SqlFacet, type StatementFact, UNKNOWN_STATEMENT } from "./statement-fact.ts";

/** What a call's SQL does, collected without repetitions. */
export class FactLog {
  readonly #facts = new Map<string, StatementFact>();

  /** Adds what a statement does; what lies beyond the limit can't be known. */
  add(fact: StatementFact): void {
    const { kind, table, isTableKnown, withoutWhere } = fact;
    const key = `${kind ?? ""} ${withoutWhere} ${isTableKnown ? "known" : "unknown"} ${table === undefined ? "" : `=${table}`}`;
    if (this.#facts.size < MAX_SQL_FACTS) this.#facts.set(key, fact);
    else if (!this.#facts.has(key)) this.#facts.set("", UNKNOWN_STATEMENT);
  }

  /** Adds all of another log's. */
  addAll(facts: Iterable<StatementFact>): void {
    for (const fact of facts) this.add(fact);
  }

  /** Adds a statement that may be any. */
  addUnknown(): void {
    this.add(UNKNOWN_STATEMENT);
  }

  /** Everything that was added. */
  get facts(): SqlFacet["statements"] {
    return [...this.#facts.values()];
  }
}
