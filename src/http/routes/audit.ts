import { z } from "zod";
import { AuditFilter } from "../../contract/audit.ts";
import { PageQuery } from "../../contract/invocation.ts";
import type { RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
import { atOrAfterEpoch } from "../instants.ts";
import { pageOf, views } from "../views.ts";

const list = defineEndpoint({
  method: "get",
  path: "/v1/audit",
  tag: "Audit",
  summary: "The tenant's audit events, newest first",
  query: z.strictObject({ ...AuditFilter.shape, ...PageQuery.shape }),
  answers: { 200: { description: "One page", schema: pageOf(views.auditEvent) } },
});

/** Adds the route of the record. */
export function addAuditRoutes(target: EndpointTarget, { gateway }: RouteParts): void {
  addEndpoint(target, list, async ({ caller, query, c }) => {
    const { limit, cursor, ...filter } = query;
    const bounded = { ...filter, after: atOrAfterEpoch(filter.after), before: atOrAfterEpoch(filter.before) };
    return c.json(await gateway.listAudit(caller, bounded, { limit, cursor }));
  });
}
