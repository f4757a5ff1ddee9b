import { isForeignStatement, isStalePlan } from "./errors.ts";

/** Statements that a connection keeps prepared at most. Our choice: more than the store has; what filters vary beyond is planned each time. */
const MAX_STATEMENTS = 256;

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
  let given = 0;
  let areShared = false;
  return {
    nameOf(text) {
      const known = names.get(text);
      if (known !== undefined || areShared || names.size >= MAX_STATEMENTS) return known;
      given += 1;
      const name = `countersign_${given}`;
      names.set(text, name);
      return name;
    },
    renew(error) {
      areShared ||= isForeignStatement(error);
      if (!isForeignStatement(error) && !isStalePlan(error)) return false;
      names.clear();
      return true;
    },
  };
}
