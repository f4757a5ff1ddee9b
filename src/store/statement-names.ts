import { sha256Hex } from "../core/digest.ts";
import { isForeignStatement, isStalePlan } from "./errors.ts";

/** Statements that a connection keeps prepared at most. Our choice: more than the store has; what filters vary beyond is planned each time. */
const MAX_STATEMENTS = 256;

/** Characters of a statement's hash in its name: 128 bits, within what PostgreSQL keeps of a name. */
const NAME_LENGTH = 32;

/** What a process calls its prepared statements. A named one is planned once per connection, and planning takes longer than running. */
export interface StatementNames {
  /** The name of a statement's text; none where it is to be planned each time. */
  nameOf(text: string): string | undefined;
  /** Whether an error came from a name and not from the statement: then others are given from now on, and the work may be done again. */
  renew(error: unknown): boolean;
}

/** Names of one pool of connections. */
export function createStatementNames(): StatementNames {
  const names = new Map<string, string>();
  let generation = 0;
  let areShared = false;
  return {
    nameOf(text) {
      const known = names.get(text);
      if (known !== undefined || areShared || names.size >= MAX_STATEMENTS) return known;
      // By its text: where connections are shared, one process must never run another's statement under its own name.
      const name = `cs_${sha256Hex(`${generation} ${text}`).slice(0, NAME_LENGTH)}`;
      names.set(text, name);
      return name;
    },
    renew(error) {
      areShared ||= isForeignStatement(error);
      if (!isForeignStatement(error) && !isStalePlan(error)) return false;
      generation += 1;
      names.clear();
      return true;
    },
  };
}
