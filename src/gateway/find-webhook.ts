import { CountersignError } from "../core/countersign-error.ts";
import { parseWebhookId } from "../core/ids.ts";
import type { TransactionTables } from "../store/store.ts";
import type { WebhookRow } from "../store/webhooks.ts";
import type { Caller } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";
import type { GatewayPorts } from "./ports.ts";

/** A webhook of the caller's tenant. @throws forbidden, not_found */
export async function findWebhook(ports: GatewayPorts, caller: Caller, id: string): Promise<WebhookRow> {
  await assertPermission(ports, caller, "admin");
  const parsed = parseWebhookId(id);
  const row = parsed && (await ports.store.webhooks.get(caller.principal.tenant, parsed));
  if (row === undefined) throw webhookNotFound();
  return row;
}

/** The webhook as it is now, held until the transaction ends. @throws not_found */
export async function lockWebhook(tx: TransactionTables, caller: Caller, id: WebhookRow["id"]): Promise<WebhookRow> {
  const row = await tx.webhooks.lock(caller.principal.tenant, id);
  if (row === undefined) throw webhookNotFound();
  return row;
}

function webhookNotFound(): CountersignError {
  return new CountersignError("not_found", "There is no such webhook");
}
