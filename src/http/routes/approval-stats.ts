import { ApprovalStats, ApprovalStatsQuery } from "../../contract/approval-stats.ts";
import type { RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
import { atOrAfterEpoch } from "../instants.ts";

const stats = defineEndpoint({
  method: "get",
  path: "/v1/approvals/stats",
  tag: "Approvals",
  summary: "How much approval costs people: questions per 100 calls, time to answer, rules that always end in yes",
  query: ApprovalStatsQuery,
  answers: { 200: { description: "The report", schema: ApprovalStats } },
});

/** Adds the report's route; before the routes of single approvals, since `stats` would be taken for an id. */
export function addApprovalStatsRoute(target: EndpointTarget, { gateway }: RouteParts): void {
  addEndpoint(target, stats, async ({ caller, query, c }) => {
    const { createdAfter, createdBefore } = query;
    const bounds = { createdAfter: atOrAfterEpoch(createdAfter), createdBefore: atOrAfterEpoch(createdBefore) };
    return c.json(await gateway.readApprovalStats(caller, { ...query, ...bounds }));
  });
}
