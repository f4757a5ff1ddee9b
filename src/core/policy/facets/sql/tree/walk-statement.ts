import { MAX_SQL_DEPTH } from "../../../limits.ts";
import type { FactLog } from "../fact-log.ts";
import { changeReaders } from "./read-changes.ts";
import { queryReaders } from "./read-queries.ts";
import { readUtility, utilityReaders } from "./read-utilities.ts";
import { isNode, type Node } from "./node.ts";
import { OUTERMOST } from "./scope.ts";
import { type NodeReader, type Session, Walk } from "./walk.ts";

const READERS: ReadonlyMap<string, NodeReader> = new Map([
  ...Object.entries(queryReaders),
  ...Object.entries(changeReaders),
  ...Object.entries(utilityReaders),
]);

/** Adds to the log what a parsed statement does, and everything inside of it. */
export function walkStatement(statement: Node, log: FactLog, session: Session): void {
  if (isDeeperThan(statement, MAX_SQL_DEPTH)) {
    log.addUnknown();
    return;
  }
  const walk = new Walk(log, session, findReader);
  walk.visit(statement, OUTERMOST);
  // What reads no table, as SELECT 1 does.
  if (walk.isEmpty) walk.addKind("select");
}

/** Every node whose name ends like a statement's is one: those that nobody wrote a reader for may do anything. */
function findReader(type: string): NodeReader | undefined {
  return (
    READERS.get(type) ??
    (type.endsWith("Stmt") ? (walk, node, scope) => readUtility(walk, { type, node }, scope) : undefined)
  );
}

function isDeeperThan(value: unknown, limit: number): boolean {
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(item, limit - 1));
  if (!isNode(value)) return false;
  if (limit < 0) return true;
  for (const key in value) {
    if (isDeeperThan(value[key], limit - 1)) return true;
  }
  return false;
}
