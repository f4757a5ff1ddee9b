import type { Page } from "../contract/problem.ts";
import type {
  CreatedWebhook,
  CreateWebhookRequest,
  DeliveryFilter,
  DeliveryView,
  PutWebhookRequest,
  ReplayDeliveriesRequest,
  ReplayedDeliveries,
  WebhookSecret,
  WebhookView,
} from "../contract/webhooks.ts";
import type { ListOptions, RequestOptions } from "./options.ts";
import { pathOf, type Query, type Transport, type WireRequest } from "./transport.ts";

/** Who is told of events; needs `admin`. Messages and signatures follow Standard Webhooks. */
export interface WebhooksClient {
  /** Makes a webhook that is told of events from now on. @throws invalid_request for a URL that may not be called */
  create(request: CreateWebhookRequest, options?: RequestOptions): Promise<CreatedWebhook>;
  /** All of them, newest first. */
  list(options?: RequestOptions): Promise<readonly WebhookView[]>;
  /** One webhook. @throws not_found */
  get(id: string, options?: RequestOptions): Promise<WebhookView>;
  /** Changes what is named. `disabled: true` gives up what was still to be told. @throws not_found, invalid_request */
  put(id: string, request: PutWebhookRequest, options?: RequestOptions): Promise<WebhookView>;
  /** Removes it and its deliveries. @throws not_found */
  delete(id: string, options?: RequestOptions): Promise<WebhookView>;
  /** What a receiver verifies messages with. @throws not_found */
  secret(id: string, options?: RequestOptions): Promise<WebhookSecret>;
  /** Makes another secret; the former one counts for 24 more hours, and one of before that no more. @throws not_found */
  rotateSecret(id: string, options?: RequestOptions): Promise<WebhookSecret>;
  /** What it was told and is to be told, newest event first. @throws not_found */
  deliveries(id: string, options?: DeliveryFilter & ListOptions): Promise<Page<DeliveryView>>;
  /** Sends events again: one, those after one, or those that were given up. @throws not_found, invalid_request while disabled */
  replay(id: string, request: ReplayDeliveriesRequest, options?: RequestOptions): Promise<ReplayedDeliveries>;
}

/** The client's side of `/v1/webhooks`. */
export function createWebhooksClient(transport: Transport): WebhooksClient {
  // A function: the import table takes a generic arrow for JSX.
  async function send<Answer>(method: WireRequest["method"], rest: Omit<WireRequest, "method">): Promise<Answer> {
    return (await transport.send({ method, ...rest })) as Answer;
  }
  return {
    create: (body, { signal } = {}) => send("POST", { path: "/v1/webhooks", body, signal }),
    list: async ({ signal } = {}) =>
      (await send<{ readonly items: readonly WebhookView[] }>("GET", { path: "/v1/webhooks", signal })).items,
    get: async (id, { signal } = {}) => send("GET", { path: pathOf`/v1/webhooks/${id}`, signal }),
    put: async (id, body, { signal } = {}) => send("PUT", { path: pathOf`/v1/webhooks/${id}`, body, signal }),
    delete: async (id, { signal } = {}) => send("DELETE", { path: pathOf`/v1/webhooks/${id}`, signal }),
    secret: async (id, { signal } = {}) => send("GET", { path: pathOf`/v1/webhooks/${id}/secret`, signal }),
    rotateSecret: async (id, { signal } = {}) =>
      send("POST", { path: pathOf`/v1/webhooks/${id}/rotate-secret`, signal }),
    deliveries: async (id, options = {}) => {
      const { signal, ...query } = options as RequestOptions & Query;
      return send("GET", { path: pathOf`/v1/webhooks/${id}/deliveries`, query, signal });
    },
    replay: async (id, body, { signal } = {}) =>
      send("POST", { path: pathOf`/v1/webhooks/${id}/replay`, body, signal }),
  };
}
