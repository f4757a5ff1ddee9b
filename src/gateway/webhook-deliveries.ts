import { MAX_REPLAYED_DELIVERIES } from "../contract/limits.ts";
import type { DeliveryView, ReplayDeliveriesRequest } from "../contract/webhooks.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { messageIdOf } from "../core/webhooks/message.ts";
import type { DeliveryRow } from "../store/deliveries.ts";
import type { TransactionTables } from "../store/store.ts";
import type { WebhookRow } from "../store/webhooks.ts";
import type { Gateway } from "./gateway.ts";
import type { GatewayPorts } from "./ports.ts";
import { toWireTime } from "./views.ts";
import { findWebhook, lockWebhook } from "./find-webhook.ts";

/** The methods about what webhooks were told. */
export function createDeliveryMethods(ports: GatewayPorts): Pick<Gateway, "listDeliveries" | "replayDeliveries"> {
  return {
    async listDeliveries(caller, { webhook, state }, page) {
      const { tenant, id } = await findWebhook(ports, caller, webhook);
      const found = await ports.store.deliveries.list({ tenant, webhook: id, state }, page);
      return { ...found, items: found.items.map(viewDelivery) };
    },

    async replayDeliveries(caller, id, request) {
      const { id: webhook } = await findWebhook(ports, caller, id);
      return ports.store.transaction(async (tx) => {
        const row = await lockWebhook(tx, caller, webhook);
        if (row.disabled_at !== null) throw new CountersignError("invalid_request", "The webhook is disabled");
        const seqs = await schedule(tx, row, request);
        const lastSeq = seqs.at(-1);
        const answer = { count: seqs.length, ...(lastSeq === undefined ? {} : { lastSeq }) };
        const data = { webhook, ...request, ...answer };
        await tx.audit.append(row.tenant, [{ type: "webhook.replayed", principal: caller.principal.subject, data }]);
        return answer;
      });
    },
  };
}

async function schedule(
  tx: TransactionTables,
  { tenant, id: webhook }: WebhookRow,
  { seq, afterSeq }: ReplayDeliveriesRequest,
): Promise<number[]> {
  if (seq !== undefined) {
    const seqs = await tx.deliveries.replayOne({ tenant, webhook, seq });
    if (seqs.length === 0) throw new CountersignError("not_found", "There is no such event, or it is just being sent");
    return seqs;
  }
  if (afterSeq !== undefined) {
    return tx.deliveries.replayAfter({ tenant, webhook, seq: afterSeq }, MAX_REPLAYED_DELIVERIES);
  }
  return tx.deliveries.replayDead({ tenant, webhook }, MAX_REPLAYED_DELIVERIES);
}

function viewDelivery(row: DeliveryRow): DeliveryView {
  const { seq, type, state, attempts } = row;
  return {
    ...{ seq, type, message: messageIdOf(row.webhook, seq), state, attempts },
    ...(state === "due" ? { dueAt: toWireTime(row.due_at) } : {}),
    ...(row.last_status === null ? {} : { lastStatus: row.last_status }),
    ...(row.last_error === null ? {} : { lastError: row.last_error }),
    createdAt: toWireTime(row.created_at),
    ...(row.finished_at === null ? {} : { finishedAt: toWireTime(row.finished_at) }),
  };
}
