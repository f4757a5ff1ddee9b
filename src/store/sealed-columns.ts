import type { InvocationId } from "../contract/ids.ts";
import type { Place } from "../core/sealed-text.ts";
import { editPlace, inputPlace, outputPlace } from "./cipher.ts";

/** What tells a row with a sealed value from all others; `row` is a round or a vote's id, or empty. */
export type SealedRow = Pick<Place, "tenant" | "invocation" | "row">;

/** A column that real values are sealed in. Its texts of SQL speak of the table as `t`. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The primary key: rows are gone through in its order. */
  readonly key: string;
  /** The key's values of a row, as text. */
  keyOf(row: SealedRow): readonly string[];
  /** Comes before every key. */
  readonly start: readonly string[];
  /** How `invocation` and `row` of a {@link SealedRow} are selected. */
  readonly selected: string;
  /** Whether `t` is the row of the texts `n.tenant`, `n.invocation` and `n.row`. */
  readonly isRow: string;
  /** Whether there is something to be sealed. */
  readonly isFilled: string;
  placeOf(row: SealedRow): Place;
}

const REVISION = {
  table: "input_revision",
  key: "t.tenant, t.invocation, t.round",
  keyOf: ({ tenant, invocation, row }: SealedRow) => [tenant, invocation, row],
  start: ["", "", "0"],
  selected: "t.invocation, t.round::text as row",
  isRow: "t.tenant = n.tenant and t.invocation = n.invocation and t.round = n.row::int",
} as const;

/** Every sealed column of the schema. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  // An input is an object; `null` stands where it was erased.
  { ...REVISION, column: "input", isFilled: "t.input <> 'null'", placeOf: (row) => revisionPlace(row, "input") },
  { ...REVISION, column: "judged", isFilled: "t.judged is not null", placeOf: (row) => revisionPlace(row, "judged") },
  {
    ...{ table: "invocation", column: "output", key: "t.tenant, t.id", start: ["", ""] },
    keyOf: ({ tenant, invocation }) => [tenant, invocation],
    selected: "t.id as invocation, '' as row",
    isRow: "t.tenant = n.tenant and t.id = n.invocation",
    isFilled: "t.output is not null",
    placeOf: ({ tenant, invocation }) => outputPlace({ tenant, id: invocation as InvocationId }),
  },
  {
    ...{ table: "vote", column: "edit", key: "t.tenant, t.id", start: ["", ""] },
    keyOf: ({ tenant, row }) => [tenant, row],
    selected: "t.invocation, t.id as row",
    isRow: "t.tenant = n.tenant and t.id = n.row",
    isFilled: "t.edit is not null",
    placeOf: ({ tenant, invocation, row }) => editPlace({ tenant, invocation, id: row }),
  },
];

function revisionPlace({ tenant, invocation, row }: SealedRow, column: "input" | "judged"): Place {
  return inputPlace({ tenant, id: invocation as InvocationId }, Number(row), column);
}
