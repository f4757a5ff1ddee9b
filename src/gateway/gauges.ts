import type { GaugeRow } from "../store/gauges.ts";
import { answerOf } from "./answer-of.ts";
import type { GatewayPorts, StoreGauges } from "./ports.ts";

/** How long one look at the database serves whoever asks. Our choice: scrapers come each 10 s or more, and there may be several. */
const FRESH_MS = 5_000;

/** A scrape waits no longer for the database. Our choice: a tenth of Prometheus' own limit. */
const READ_MS = 1_000;

const MS_PER_SECOND = 1_000;

/** Reads what the database knows, at most once in 5 s; nothing while it doesn't answer, so that it holds up nobody. */
export function createGaugeReader({ store }: Pick<GatewayPorts, "store">): () => Promise<StoreGauges | undefined> {
  let look: { readonly atMs: number; readonly gauges: Promise<GaugeRow> } | undefined;
  let isUnderWay = false;
  return async () => {
    // A look of which no answer has come is the one to wait for: they must not pile up at a database that hangs.
    if (look === undefined || (!isUnderWay && performance.now() - look.atMs > FRESH_MS)) {
      isUnderWay = true;
      const gauges = store.gauges.read().finally(() => (isUnderWay = false));
      look = { atMs: performance.now(), gauges };
      gauges.catch(() => (look = undefined));
    }
    const answer = await answerOf(look.gauges, READ_MS);
    return answer.kind === "answered" ? toGauges(answer.value) : undefined;
  };
}

function toGauges(row: GaugeRow): StoreGauges {
  return {
    openApprovals: row.open_approvals,
    overdueApprovals: row.overdue_approvals,
    oldestApprovalSeconds: row.oldest_approval_ms / MS_PER_SECOND,
    outboxLagEvents: row.outbox_lag,
    outboxOldestSeconds: row.outbox_oldest_ms / MS_PER_SECOND,
    outboxDead: row.outbox_dead,
  };
}
