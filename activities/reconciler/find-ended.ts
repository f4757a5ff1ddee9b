import type { OpenInvocation } from "../../src/store/orphans.ts";
import type { ReconcilerPorts } from "./ports.ts";

/** How far back the first search goes for runs that have ended. */
const FIRST_SPAN_MS = 3_600_000;

/** How far each further search goes back behind the one before: Temporal's search is late, and so may be its clock. */
const OVERLAP_MS = 300_000;

/** Ended runs on a page of the search. */
const PAGE_RUNS = 1_000;

/** Pages that one look goes through at most; the next one goes on behind them. */
const MAX_PAGES = 10;

/** Where the search for ended runs stands. Changed by each look. */
export interface EndedSearch {
  /** When the last search that came to its end was begun, epoch milliseconds. */
  lookedAtMs?: number;
  /** A search that has not come to its end yet. */
  unfinished?: UnfinishedSearch | undefined;
}

interface UnfinishedSearch {
  readonly sinceMs: number;
  /** When it was begun, epoch milliseconds. */
  readonly begunAtMs: number;
  /** What it goes on behind; absent at its beginning. */
  readonly page?: Uint8Array | undefined;
}

/**
 * Lists open rows whose runs ended since the last search, as far as Temporal's search knows: all of them, over as many looks as it
 * takes. A search that breaks off begins anew, so that nothing is passed over. It is no more than a short cut: where it is out of
 * order, the exact check goes on. Never rejects.
 */
export async function listEndedRows(
  ports: Pick<ReconcilerPorts, "states" | "store" | "log">,
  search: EndedSearch,
  nowMs: number,
): Promise<readonly OpenInvocation[]> {
  const found: OpenInvocation[] = [];
  try {
    for (let pages = 0; pages < MAX_PAGES && found.length < PAGE_RUNS; pages += 1) {
      found.push(...(await listNextPage(ports, search, nowMs)));
      if (search.unfinished === undefined) break;
    }
  } catch (error) {
    ports.log("warn", "The reconciler could not search for ended runs", { error });
  }
  return found;
}

async function listNextPage(
  { states, store }: Pick<ReconcilerPorts, "states" | "store">,
  search: EndedSearch,
  nowMs: number,
): Promise<readonly OpenInvocation[]> {
  const { sinceMs, begunAtMs, page } = search.unfinished ?? beginSearch(search, nowMs);
  search.unfinished = undefined;
  const { refs, next } = await states.listEnded({ sinceMs, limit: PAGE_RUNS, page });
  const open = refs.length === 0 ? [] : await store.orphans.listOpen(refs);
  if (next === undefined) search.lookedAtMs = begunAtMs;
  else search.unfinished = { sinceMs, begunAtMs, page: next };
  return open;
}

function beginSearch({ lookedAtMs }: EndedSearch, nowMs: number): UnfinishedSearch {
  const sinceMs = lookedAtMs === undefined ? nowMs - FIRST_SPAN_MS : lookedAtMs - OVERLAP_MS;
  return { sinceMs, begunAtMs: nowMs };
}
