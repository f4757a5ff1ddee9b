import type { SigningKey } from "../core/signing-key.ts";
import { judgeAttempt } from "../core/webhooks/retry.ts";
import type { LeasedDelivery } from "../store/deliveries.ts";
import type { Store, TransactionTables } from "../store/store.ts";
import type { Log, Runs, WebhookAnswer, WebhookSender } from "./ports.ts";
import { createTurns, type Turns } from "./turns.ts";
import { composeMessage } from "./webhook-message.ts";

/** Behind every notification stands a look, in case one is lost; many kinds of events notify nobody. */
const LOOK_INTERVAL_MS = 1_000;
/** Notifications that come together are looked after together. */
const DEBOUNCE_MS = 50;
/** How long a delivery is left to whoever leased it: longer than a message may take, 10 s. */
const LEASE_MS = 30_000;
/** Messages under way in this process at most. Our choice: a few slow receivers must not stop the rest. */
const MAX_SENDING = 32;
/** Messages to one webhook under way at most. */
const MAX_SENDING_EACH = 8;
/** Webhooks whose cursors one statement moves, how many events at once, and how often in one look. */
const ADVANCED = { webhooks: 100, events: 1_000 };
const MAX_ADVANCES = 20;
/** How often finished deliveries are forgotten, and in what portions. */
const PURGE_INTERVAL_MS = 60_000;
const PURGE_ROWS = 1_000;
const MAX_PURGES = 100;
const DAY_MS = 86_400_000;
/** What was delivered is kept a week. Our choice: as long as somebody may ask whether it was. */
const DELIVERED_KEPT_MS = 7 * DAY_MS;
/** What was given up can be replayed for this long. Our choice: longer than anybody's absence. */
const DEAD_KEPT_MS = 90 * DAY_MS;

/** What the relay of webhooks needs. */
export interface WebhookRelayPorts {
  readonly store: Pick<Store, "webhooks" | "deliveries" | "transaction" | "listen">;
  readonly sender: WebhookSender;
  readonly runs: Pick<Runs, "uiUrl">;
  readonly signingKey: SigningKey;
  readonly log: Log;
  /** What links begin with, without trailing slash; without it messages have none. */
  readonly publicUrl?: string | undefined;
  /** Milliseconds for which a delivery is leased; default 30,000. */
  readonly leaseMs?: number | undefined;
}

/** A running relay of webhooks. */
export interface WebhookRelay {
  /** Looks once, now, and waits until what it took is sent. */
  look(): Promise<void>;
  /** Takes nothing more, and waits for the messages under way. */
  stop(): Promise<void>;
}

/** A relay's own state. */
interface Relaying {
  readonly ports: WebhookRelayPorts;
  /** Messages under way, by their webhook. */
  readonly sending: Map<Promise<void>, string>;
  readonly turns: Turns;
  /** Whether anybody is told of anything: if not, notifications are worth no look. */
  isNeeded: boolean;
  nextPurgeAtMs: number;
}

/**
 * Tells webhooks of events. The record is the queue: each webhook has a cursor in its tenant's chain, which moves in the transaction
 * that schedules what it passes. Rows are leased, so any number of processes may relay, and what one of them was sending when it died
 * is sent again by another: at least once, under the same message id.
 */
export function startWebhookRelay(ports: WebhookRelayPorts): WebhookRelay {
  const turns = createTurns({ intervalMs: LOOK_INTERVAL_MS, work: () => lookSafely(relaying) });
  const relaying: Relaying = { ports, sending: new Map(), turns, isNeeded: false, nextPurgeAtMs: 0 };
  const unlisten = ports.store.listen(() => {
    if (relaying.isNeeded) turns.wake(DEBOUNCE_MS);
  });
  turns.start();
  return {
    look: async () => {
      await look(relaying);
      await Promise.all(relaying.sending.keys());
    },
    stop: async () => {
      unlisten();
      await turns.stop();
      await Promise.all(relaying.sending.keys());
    },
  };
}

async function lookSafely(relaying: Relaying): Promise<void> {
  try {
    await look(relaying);
  } catch (error) {
    relaying.ports.log("warn", "The look for webhooks' events failed and is tried again", { error });
  }
}

async function look(relaying: Relaying): Promise<void> {
  const { store } = relaying.ports;
  relaying.isNeeded = await store.deliveries.isNeeded();
  if (relaying.isNeeded) {
    for (let count = 0; count < MAX_ADVANCES; count += 1) if ((await store.deliveries.advance(ADVANCED)) === 0) break;
    await sendDue(relaying);
  }
  if (Date.now() >= relaying.nextPurgeAtMs) await purge(relaying);
}

/** Starts as many messages as there is room for. When all of a webhook's are sent, its next ones are looked for. */
async function sendDue({ ports, sending, turns }: Relaying): Promise<void> {
  const limit = MAX_SENDING - sending.size;
  if (limit === 0) return;
  const leased = await ports.store.deliveries.lease({
    ...{ leaseMs: ports.leaseMs ?? LEASE_MS, limit, limitPerWebhook: MAX_SENDING_EACH },
    except: [...new Set(sending.values())],
  });
  for (const delivery of leased) {
    const work = sendSafely(ports, delivery).finally(() => {
      sending.delete(work);
      if (![...sending.values()].includes(delivery.webhook)) turns.wake(0);
    });
    sending.set(work, delivery.webhook);
  }
}

async function sendSafely(ports: WebhookRelayPorts, delivery: LeasedDelivery): Promise<void> {
  try {
    await send(ports, delivery);
  } catch (error) {
    const { tenant, webhook, seq } = delivery;
    ports.log("warn", "A webhook's delivery could not be kept and is sent again", { tenant, webhook, seq, error });
  }
}

async function send(ports: WebhookRelayPorts, delivery: LeasedDelivery): Promise<void> {
  const { store, sender, log } = ports;
  const { tenant, webhook, seq, attempt } = delivery;
  const content = await store.deliveries.getContent(delivery);
  // Removed or disabled since it was leased: there is nothing to tell any more.
  if (content === undefined || content.webhook.disabled_at !== null) return;
  if (content.event.erasedAt !== undefined) return giveUpErased(store, delivery);
  const answer = await sender.send(composeMessage(ports, content, Date.now()));
  const after = judgeAttempt({ attempt, status: answer.status, random: Math.random() });
  const delayMs = after.state === "due" ? after.delayMs : 0;
  const told = { tenant, webhook, seq, attempt, ...answer };
  if (after.state !== "delivered") log("info", "A webhook did not take a message", { ...told, state: after.state });
  await store.deliveries.finish(delivery, { attempt, state: after.state, delayMs, ...endOf(answer) });
  if (after.state === "dead" && after.isGone) await store.transaction((tx) => disable(tx, delivery));
}

/** The same message can't be sent any more, and another one under its id would be a lie. */
function giveUpErased({ deliveries }: WebhookRelayPorts["store"], delivery: LeasedDelivery): Promise<void> {
  const { attempt } = delivery;
  return deliveries.finish(delivery, {
    attempt,
    state: "dead",
    delayMs: 0,
    status: undefined,
    error: "The event was erased",
  });
}

function endOf({ status, fault }: WebhookAnswer): { status: number | undefined; error: string | undefined } {
  return { status, error: fault };
}

/** A receiver that answered 410 is told of nothing more until an admin says otherwise. */
async function disable(tx: TransactionTables, { tenant, webhook }: LeasedDelivery): Promise<void> {
  const row = await tx.webhooks.lock(tenant, webhook);
  if (row === undefined || row.disabled_at !== null) return;
  await tx.webhooks.update(tenant, webhook, { ...row, disabled: true });
  await tx.webhooks.giveUp(tenant, webhook, "The receiver is gone");
  const data = { webhook, origin: new URL(row.url).origin, disabled: true, status: 410 };
  await tx.audit.append(tenant, [{ type: "webhook.changed", data }]);
}

async function purge(relaying: Relaying): Promise<void> {
  relaying.nextPurgeAtMs = Date.now() + PURGE_INTERVAL_MS;
  const limits = { deliveredMs: DELIVERED_KEPT_MS, deadMs: DEAD_KEPT_MS, limit: PURGE_ROWS };
  for (let count = 0; count < MAX_PURGES; count += 1) {
    if ((await relaying.ports.store.deliveries.purge(limits)) < PURGE_ROWS) return;
  }
}
