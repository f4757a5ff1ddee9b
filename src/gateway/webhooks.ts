import { randomBytes } from "node:crypto";
import { MAX_WEBHOOKS } from "../contract/limits.ts";
import type { PutWebhookRequest, WebhookSecret, WebhookView } from "../contract/webhooks.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { newWebhookId } from "../core/ids.ts";
import { deriveSecret } from "../core/webhooks/secret.ts";
import { readTarget } from "../core/webhooks/target.ts";
import type { TransactionTables } from "../store/store.ts";
import type { WebhookChange, WebhookRow } from "../store/webhooks.ts";
import type { Caller, Gateway } from "./gateway.ts";
import { findWebhook, lockWebhook } from "./find-webhook.ts";
import { assertPermission } from "./permissions.ts";
import type { GatewayPorts } from "./ports.ts";
import { createDeliveryMethods } from "./webhook-deliveries.ts";
import { toWireTime, withoutAbsent } from "./views.ts";

/** 256 bits: two webhooks never have one secret. */
const NONCE_BYTES = 32;
/** Milliseconds for which the former secret is signed with as well. Our choice: a working day and a night to change it at the receiver. */
const SECRET_OVERLAP_MS = 24 * 60 * 60 * 1_000;

type WebhookMethods = Pick<
  Gateway,
  | "createWebhook"
  | "listWebhooks"
  | "getWebhook"
  | "putWebhook"
  | "deleteWebhook"
  | "getWebhookSecret"
  | "rotateWebhookSecret"
  | "listDeliveries"
  | "replayDeliveries"
>;

/** The methods about webhooks. All need `admin`. */
export function createWebhookMethods(ports: GatewayPorts): WebhookMethods {
  return { ...createReads(ports), ...createWrites(ports), ...createDeliveryMethods(ports) };
}

function createReads(ports: GatewayPorts): Pick<WebhookMethods, "listWebhooks" | "getWebhook" | "getWebhookSecret"> {
  return {
    async listWebhooks(caller) {
      await assertPermission(ports, caller, "admin");
      return (await ports.store.webhooks.list(caller.principal.tenant)).map(viewWebhook);
    },
    async getWebhook(caller, id) {
      return viewWebhook(await findWebhook(ports, caller, id));
    },
    async getWebhookSecret(caller, id) {
      const row = await findWebhook(ports, caller, id);
      return viewSecret(ports, row, await ports.store.clock.nowMs());
    },
  };
}

function createWrites(
  ports: GatewayPorts,
): Pick<WebhookMethods, "createWebhook" | "putWebhook" | "deleteWebhook" | "rotateWebhookSecret"> {
  return {
    async createWebhook(caller, { url, types = [], description }) {
      await assertPermission(ports, caller, "admin");
      const made = { url: normalizeUrl(ports, url), types: [...new Set(types)], description: description ?? null };
      const row = await ports.store.transaction((tx) => create(tx, caller, made));
      return { ...viewWebhook(row), secret: deriveSecret(ports.signingKey, row) };
    },

    async putWebhook(caller, id, request) {
      const { id: webhook } = await findWebhook(ports, caller, id);
      const url = request.url === undefined ? undefined : normalizeUrl(ports, request.url);
      return ports.store.transaction(async (tx) => {
        const row = await lockWebhook(tx, caller, webhook);
        return viewWebhook(await change(tx, caller, { row, request: { ...request, url } }));
      });
    },

    async deleteWebhook(caller, id) {
      const { id: webhook } = await findWebhook(ports, caller, id);
      return ports.store.transaction(async (tx) => {
        const row = await lockWebhook(tx, caller, webhook);
        await tx.webhooks.delete(row.tenant, webhook);
        await record(tx, caller, { type: "webhook.deleted", row });
        return viewWebhook(row);
      });
    },

    async rotateWebhookSecret(caller, id) {
      const { id: webhook } = await findWebhook(ports, caller, id);
      return ports.store.transaction(async (tx) => {
        const { tenant } = await lockWebhook(tx, caller, webhook);
        const row = written(
          await tx.webhooks.rotate(tenant, webhook, { nonce: newNonce(), overlapMs: SECRET_OVERLAP_MS }),
        );
        await record(tx, caller, { type: "webhook.changed", row, data: { secret: "rotated" } });
        return viewSecret(ports, row, await tx.clock.nowMs());
      });
    },
  };
}

/** Recorded before it is there, so that it isn't told of its own making, and so that creations of one tenant wait for each other. */
async function create(
  tx: TransactionTables,
  caller: Caller,
  made: Pick<WebhookRow, "url" | "types" | "description">,
): Promise<WebhookRow> {
  const { tenant, subject } = caller.principal;
  const row = { ...made, tenant, id: newWebhookId(randomBytes), nonce: newNonce(), created_by: subject };
  await record(tx, caller, { type: "webhook.created", row, data: { types: row.types } });
  if ((await tx.webhooks.count(tenant)) >= MAX_WEBHOOKS) {
    throw new CountersignError("invalid_request", `A tenant has at most ${MAX_WEBHOOKS} webhooks`);
  }
  return written(await tx.webhooks.insert(row));
}

/** Writes and records only what is another value. */
async function change(
  tx: TransactionTables,
  caller: Caller,
  { row, request }: { readonly row: WebhookRow; readonly request: PutWebhookRequest },
): Promise<WebhookRow> {
  const { tenant, id } = row;
  const before: WebhookChange = { ...row, disabled: row.disabled_at !== null };
  const { url = before.url, description = before.description, disabled = before.disabled } = request;
  const types = request.types === undefined ? before.types : [...new Set(request.types)];
  const after: WebhookChange = { url, types, description, disabled };
  const data = withoutAbsent({
    url: url === before.url ? undefined : "changed",
    types: String(types) === String(before.types) ? undefined : types,
    description: description === before.description ? undefined : "changed",
    disabled: disabled === before.disabled ? undefined : disabled,
  });
  if (Object.keys(data).length === 0) return row;
  const changed = written(await tx.webhooks.update(tenant, id, after));
  if (disabled && !before.disabled) await tx.webhooks.giveUp(tenant, id, "The webhook was disabled");
  await record(tx, caller, { type: "webhook.changed", row: changed, data });
  return changed;
}

interface WebhookEvent {
  readonly type: "webhook.created" | "webhook.changed" | "webhook.deleted";
  readonly row: Pick<WebhookRow, "tenant" | "id" | "url">;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Of the URL only where it leads: the rest of it may be as good as a key. */
async function record(tx: TransactionTables, caller: Caller, { type, row, data }: WebhookEvent): Promise<void> {
  const entry = {
    type,
    principal: caller.principal.subject,
    data: { webhook: row.id, origin: new URL(row.url).origin, ...data },
  };
  await tx.audit.append(row.tenant, [entry]);
}

function normalizeUrl({ webhookAllow = [] }: GatewayPorts, url: string): string {
  const { target, problem } = readTarget(url, webhookAllow);
  if (target !== undefined) return target.url;
  const errors = [{ pointer: "/url", message: `Must be a URL that may be called: it ${problem}` }];
  throw new CountersignError("invalid_request", `The webhook's URL ${problem}`, { details: { errors } });
}

function viewWebhook(row: WebhookRow): WebhookView {
  const { id, tenant, url, types, description } = row;
  return {
    ...{ id, tenant, url, types: [...types] },
    ...(description === null ? {} : { description }),
    createdAt: toWireTime(row.created_at),
    createdBy: row.created_by,
    ...(row.disabled_at === null ? {} : { disabledAt: toWireTime(row.disabled_at) }),
  };
}

function viewSecret({ signingKey }: GatewayPorts, row: WebhookRow, nowMs: number): WebhookSecret {
  const { previous_until: until } = row;
  const overlap = until === null || until <= nowMs ? {} : { previousUntil: toWireTime(until) };
  return { secret: deriveSecret(signingKey, row), ...overlap };
}

function newNonce(): string {
  return randomBytes(NONCE_BYTES).toString("base64url");
}

function written(row: WebhookRow | undefined): WebhookRow {
  if (row === undefined) throw new CountersignError("internal", "The webhook was not written");
  return row;
}
