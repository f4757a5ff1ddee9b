import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient, type CountersignError } from "countersign";
import type { Fleet } from "../fleet/start-fleet.ts";

/** How long one request is insisted on: longer than a process takes to come back. */
const INSIST_MS = 120_000;

/** Somebody with a key, who asks another HTTP process when one doesn't answer. */
export interface Person {
  /** Sends a request until a process answers it; answers of 4xx are thrown. */
  ask<Answer>(send: (client: Client) => Promise<Answer>): Promise<Answer>;
}

/** Makes a key and whoever has it. */
export async function hire(
  fleet: Pick<Fleet, "apis" | "adminKey">,
  request: Parameters<Client["keys"]["create"]>[0],
): Promise<Person> {
  const admin = personOf(fleet, fleet.adminKey);
  const { key } = await admin.ask((client) => client.keys.create(request));
  return personOf(fleet, key);
}

function personOf({ apis }: Pick<Fleet, "apis">, apiKey: string): Person {
  const clients = apis.map(({ url }) => createClient({ baseUrl: url, apiKey, maxRetries: 0 }));
  let turn = 0;
  return {
    async ask(send) {
      const endAtMs = performance.now() + INSIST_MS;
      for (;;) {
        const client = clients[turn % clients.length];
        turn += 1;
        if (client === undefined) throw new Error("There is no HTTP process");
        try {
          return await send(client);
        } catch (error) {
          if (!isPassing(error) || performance.now() > endAtMs) throw error;
          await sleep(100);
        }
      }
    },
  };
}

/** Whether the same request may be answered by another process, or a moment later. */
function isPassing(error: unknown): boolean {
  const { code, status = 503 } = error as CountersignError;
  return code === "unavailable" || status >= 500;
}

/** Does every piece of work, so many at a time. */
export async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const item = items[next];
      next += 1;
      if (item !== undefined) await work(item);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}
