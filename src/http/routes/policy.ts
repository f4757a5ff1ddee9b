import { PageQuery } from "../../contract/invocation.ts";
import { EvaluatedVerdict, EvaluateRequest, PolicyQuery } from "../../contract/policy.ts";
import { ReplayAnswer, ReplayRequest } from "../../contract/policy-replay.ts";
import type { RouteParts } from "../app-env.ts";
import { assertMediaType, readText } from "../body.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
import { atOrAfterEpoch } from "../instants.ts";
import { pageOf, views } from "../views.ts";

const tag = "Policy";
const one = { 200: { description: "The policy in force", schema: views.policy } };

/** YAML's registered type (RFC 9512), the names it had before, and JSON, which is YAML too. */
const DOCUMENT_TYPES = ["application/yaml", "application/x-yaml", "text/yaml", "application/json"];

const evaluate = defineEndpoint({
  method: "post",
  path: "/v1/policy/evaluate",
  tag,
  summary: "What a policy would answer; runs and charges nothing",
  body: EvaluateRequest,
  isAnyTextAllowed: true,
  answers: { 200: { description: "The verdict", schema: EvaluatedVerdict } },
});

const replay = defineEndpoint({
  method: "post",
  path: "/v1/policy/replay",
  tag,
  summary: "What a proposed policy would have changed of the verdicts on record; runs, writes and charges nothing",
  body: ReplayRequest,
  answers: { 200: { description: "Counts, and the changes themselves", schema: ReplayAnswer } },
});

const get = defineEndpoint({
  method: "get",
  path: "/v1/policy",
  tag,
  summary: "The policy in force",
  query: PolicyQuery,
  answers: one,
});

const put = defineEndpoint({
  method: "put",
  path: "/v1/policy",
  tag,
  summary: "Publish a policy document, as YAML or JSON",
  query: PolicyQuery,
  answers: one,
});

const versions = defineEndpoint({
  method: "get",
  path: "/v1/policy/versions",
  tag,
  summary: "The tenant's own published policies, or the organisation's, newest first",
  query: PageQuery.extend(PolicyQuery.shape),
  answers: { 200: { description: "One page", schema: pageOf(views.policy) } },
});

/** Adds the routes of the policy. */
export function addPolicyRoutes(target: EndpointTarget, { gateway, maxBodyBytes }: RouteParts): void {
  addEndpoint(target, evaluate, async ({ caller, body, c }) => c.json(await gateway.evaluatePolicy(caller, body)));
  addEndpoint(target, replay, async ({ caller, body, c }) =>
    c.json(await gateway.replayPolicy(caller, boundInstants(body))),
  );
  addEndpoint(target, get, async ({ caller, query, c }) => c.json(await gateway.getPolicy(caller, query.layer)));
  addEndpoint(target, put, async ({ caller, query, c }) => {
    assertMediaType(c, DOCUMENT_TYPES);
    return c.json(await gateway.putPolicy(caller, await readText(c, maxBodyBytes), query.layer));
  });
  addEndpoint(target, versions, async ({ caller, query: { layer, ...page }, c }) =>
    c.json(await gateway.listPolicyVersions(caller, page, layer)),
  );
}

function boundInstants(request: ReplayRequest): ReplayRequest {
  return { ...request, after: atOrAfterEpoch(request.after), before: atOrAfterEpoch(request.before) };
}
