import type { Truth } from "../../../truth.ts";
import type { FactLog } from "../fact-log.ts";
import type { StatementKind } from "../statement-fact.ts";
import { type Node, isNode } from "./node.ts";
import { type Relation } from "./relation.ts";
import { isNamedQuery, type Scope } from "./scope.ts";
import { KINDS_WITHOUT_TABLE } from "./statement-nodes.ts";

/** What a call's statements leave behind for those after them. */
export interface Session {
  /** Statements that were prepared. */
  readonly prepared: Set<string>;
  /** Whether names without a schema may stand for other tables than before. */
  hasNewSearchPath: boolean;
}

/** Reads a node of one type. */
export type NodeReader = (walk: Walk, node: Node, scope: Scope) => void;

/** The way through one statement's tree. */
export class Walk {
  /** See {@link Session}. */
  readonly session: Session;
  readonly #log: FactLog;
  readonly #readerOf: (type: string) => NodeReader | undefined;
  #withoutWhere: Truth = "yes";
  #count = 0;

  /** `readerOf` finds the reader of a node by its type. */
  constructor(log: FactLog, session: Session, readerOf: (type: string) => NodeReader | undefined) {
    this.#log = log;
    this.session = session;
    this.#readerOf = readerOf;
  }

  /** Whether nothing was found yet. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Looks at everything in a value of the tree. */
  visit(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) for (const item of value) this.visit(item, scope);
    else if (isNode(value)) {
      for (const key in value) {
        const child = value[key];
        const read = typeof child === "object" ? this.#readerOf(key) : undefined;
        if (read !== undefined && isNode(child)) read(this, child, scope);
        else this.visit(child, scope);
      }
    }
  }

  /** Looks at everything in a node but some of its fields. */
  visitRest(node: Node, scope: Scope, except: ReadonlySet<string>): void {
    for (const key in node) {
      if (!except.has(key)) this.visit(node[key], scope);
    }
  }

  /** Looks at tables that are read with this condition, or without one. */
  visitTables(tables: unknown, scope: Scope, withoutWhere: Truth): void {
    const outer = this.#withoutWhere;
    this.#withoutWhere = withoutWhere;
    this.visit(tables, scope);
    this.#withoutWhere = outer;
  }

  /** A table is read. */
  addRead(relation: Relation, scope: Scope): void {
    if (relation.isQualified || !isNamedQuery(scope, relation.name)) {
      this.addTable("select", relation, this.#withoutWhere);
    }
  }

  /** Something is done to a table; what is called so may be another one behind a change of the search path. */
  addTable(kind: StatementKind, { name, isQualified }: Relation, withoutWhere: Truth): void {
    this.#count += 1;
    const isTableKnown = isQualified || !this.session.hasNewSearchPath;
    this.#log.add({ kind, table: name, isTableKnown, withoutWhere });
  }

  /** Something is done to a table that can't be known. */
  addAnyTable(kind: StatementKind, withoutWhere: Truth): void {
    this.#count += 1;
    this.#log.add({ kind, table: undefined, isTableKnown: false, withoutWhere });
  }

  /** Something is done that names no table. */
  addKind(kind: StatementKind): void {
    this.#count += 1;
    this.#log.add({ kind, table: undefined, isTableKnown: KINDS_WITHOUT_TABLE.has(kind), withoutWhere: "no" });
  }

  /** Something is done that can't be known. */
  addUnknown(): void {
    this.#count += 1;
    this.#log.addUnknown();
  }
}
