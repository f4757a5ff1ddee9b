import { CountersignError } from "../core/countersign-error.ts";
import type { Store } from "../store/store.ts";
import type { Gateway } from "./gateway.ts";

/** How long a caller is asked to stay away while the store is. Our choice: a restart of PostgreSQL takes a few seconds. */
const STORE_RETRY_MS = 2_000;

/** An error of the store in the gateway's own words, where it says that the store is away; any other as it is. */
export function translateStoreError(error: unknown, store: Pick<Store, "isUnavailable">): unknown {
  if (error instanceof CountersignError || !store.isUnavailable(error)) return error;
  return new CountersignError("unavailable", "The store can't be reached", {
    cause: error,
    retryAfterMs: STORE_RETRY_MS,
  });
}

/** The gateway with "the store is away" said in its own words; every other error passes as it is. */
export function translateStoreErrors(gateway: Gateway, store: Pick<Store, "isUnavailable">): Gateway {
  const translate = (error: unknown): never => {
    throw translateStoreError(error, store);
  };
  return new Proxy(gateway, {
    get(target, name: keyof Gateway) {
      const method = target[name] as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) => method(...args).catch(translate);
    },
  });
}
