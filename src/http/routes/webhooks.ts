import { z } from "zod";
import { PageQuery } from "../../contract/invocation.ts";
import {
  CreatedWebhook,
  CreateWebhookRequest,
  DeliveryFilter,
  DeliveryView,
  PutWebhookRequest,
  ReplayDeliveriesRequest,
  ReplayedDeliveries,
  WebhookSecret,
} from "../../contract/webhooks.ts";
import type { AppContext, RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
import { pageOf, views } from "../views.ts";

const tag = "Webhooks";
const path = "/v1/webhooks/{id}";

const create = defineEndpoint({
  method: "post",
  path: "/v1/webhooks",
  tag,
  summary: "Make a webhook that is told of events from now on",
  body: CreateWebhookRequest,
  answers: { 201: { description: "The webhook and its secret", schema: CreatedWebhook } },
});

const list = defineEndpoint({
  method: "get",
  path: "/v1/webhooks",
  tag,
  summary: "Webhooks without their secrets, newest first",
  answers: { 200: { description: "All of them", schema: z.object({ items: z.array(views.webhook) }) } },
});

const get = defineEndpoint({
  method: "get",
  path,
  tag,
  summary: "One webhook",
  answers: { 200: { description: "The webhook", schema: views.webhook } },
});

const put = defineEndpoint({
  method: "put",
  path,
  tag,
  summary: "Change a webhook: what is named changes, the rest stays",
  body: PutWebhookRequest,
  answers: { 200: { description: "The webhook as it is now", schema: views.webhook } },
});

const remove = defineEndpoint({
  method: "delete",
  path,
  tag,
  summary: "Remove a webhook and its deliveries",
  answers: { 200: { description: "The webhook as it was", schema: views.webhook } },
});

const secret = defineEndpoint({
  method: "get",
  path: `${path}/secret`,
  tag,
  summary: "What a receiver verifies messages with",
  answers: { 200: { description: "The secret", schema: WebhookSecret } },
});

const rotate = defineEndpoint({
  method: "post",
  path: `${path}/rotate-secret`,
  tag,
  summary: "Make another secret; the former one counts for 24 more hours",
  body: z.strictObject({}),
  isBodyOptional: true,
  answers: { 200: { description: "The new secret", schema: WebhookSecret } },
});

const deliveries = defineEndpoint({
  method: "get",
  path: `${path}/deliveries`,
  tag,
  summary: "What a webhook was told and is to be told, newest event first",
  query: z.strictObject({ ...DeliveryFilter.shape, ...PageQuery.shape }),
  answers: { 200: { description: "One page", schema: pageOf(DeliveryView) } },
});

const replay = defineEndpoint({
  method: "post",
  path: `${path}/replay`,
  tag,
  summary: "Send events again: one, those after one, or those that were given up",
  body: ReplayDeliveriesRequest,
  answers: { 200: { description: "How many will be sent again", schema: ReplayedDeliveries } },
});

/** Adds the routes of webhooks. */
export function addWebhookRoutes(target: EndpointTarget, parts: RouteParts): void {
  const { gateway } = parts;
  addEndpoint(target, create, async ({ caller, body, c }) => c.json(await gateway.createWebhook(caller, body), 201));
  addEndpoint(target, list, async ({ caller, c }) => c.json({ items: await gateway.listWebhooks(caller) }));
  addEndpoint(target, get, async ({ caller, c }) => c.json(await gateway.getWebhook(caller, idOf(c))));
  addEndpoint(target, put, async ({ caller, body, c }) => c.json(await gateway.putWebhook(caller, idOf(c), body)));
  addEndpoint(target, remove, async ({ caller, c }) => c.json(await gateway.deleteWebhook(caller, idOf(c))));
  addEndpoint(target, secret, async ({ caller, c }) => c.json(await gateway.getWebhookSecret(caller, idOf(c))));
  addEndpoint(target, rotate, async ({ caller, c }) => c.json(await gateway.rotateWebhookSecret(caller, idOf(c))));
  addEndpoint(target, deliveries, async ({ caller, query, c }) => {
    const { limit, cursor, state } = query;
    return c.json(await gateway.listDeliveries(caller, { webhook: idOf(c), state }, { limit, cursor }));
  });
  addEndpoint(target, replay, async ({ caller, body, c }) =>
    c.json(await gateway.replayDeliveries(caller, idOf(c), body)),
  );
}

function idOf(c: AppContext): string {
  return c.req.param("id") ?? "";
}
