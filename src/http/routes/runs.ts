import { z } from "zod";
import { CompensateRequest, CompensationView } from "../../contract/compensation.ts";
import { EndRunRequest, RunFilter, RunView, StartRunRequest } from "../../contract/guards.ts";
import { Name } from "../../contract/principal.ts";
import type { RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
import { pageOf } from "../views.ts";

const tag = "Runs";
const path = "/v1/runs/{id}";
const actor = { onBehalfOf: Name.optional() };

const start = defineEndpoint({
  method: "post",
  path: "/v1/runs",
  tag,
  summary: "Start a run, or find the one that was started so",
  body: StartRunRequest.extend(actor),
  isBodyOptional: true,
  answers: {
    200: { description: "The run, which was there already", schema: RunView },
    201: { description: "The run", schema: RunView },
  },
});

const end = defineEndpoint({
  method: "post",
  path: `${path}/end`,
  tag,
  summary: "End a run",
  body: EndRunRequest.extend(actor),
  answers: { 200: { description: "The run with its totals", schema: RunView } },
});

const list = defineEndpoint({
  method: "get",
  path: "/v1/runs",
  tag,
  summary: "Runs without totals, newest first",
  query: RunFilter,
  answers: { 200: { description: "One page", schema: pageOf(RunView) } },
});

const get = defineEndpoint({
  method: "get",
  path,
  tag,
  summary: "One run with its totals; another actor's by its name",
  query: z.strictObject({ actor: z.string().max(200).optional() }),
  answers: { 200: { description: "The run with its totals", schema: RunView } },
});

const compensate = defineEndpoint({
  method: "post",
  path: `${path}/compensate`,
  tag,
  summary: "Undo the executed calls of a run, the last one first",
  body: CompensateRequest,
  isBodyOptional: true,
  answers: {
    200: { description: "Done, or stopped at a step", schema: CompensationView },
    202: { description: "On its way", schema: CompensationView },
  },
});

/** Adds the routes of runs. */
export function addRunRoutes(target: EndpointTarget, { gateway }: RouteParts): void {
  addEndpoint(target, start, async ({ caller, body, c }) => {
    const { run, isNew } = await gateway.startRun(caller, body);
    return c.json(run, isNew ? 201 : 200);
  });
  addEndpoint(target, end, async ({ caller, body, c }) =>
    c.json(await gateway.endRun(caller, { ...body, id: c.req.param("id") ?? "" })),
  );
  addEndpoint(target, list, async ({ caller, query, c }) => c.json(await gateway.listRuns(caller, query)));
  addEndpoint(target, get, async ({ caller, query, c }) =>
    c.json(await gateway.getRun(caller, c.req.param("id") ?? "", query.actor)),
  );
  addEndpoint(target, compensate, async ({ caller, body, c }) => {
    const answer = await gateway.compensateRun(caller, c.req.param("id") ?? "", body);
    return c.json(answer, answer.status === "running" ? 202 : 200);
  });
}
