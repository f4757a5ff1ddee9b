import { PageQuery } from "../../contract/invocation.ts";
import { EvaluateRequest, Verdict } from "../../contract/policy.ts";
import type { RouteParts } from "../app-env.ts";
import { assertMediaType, readText } from "../body.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
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
  answers: { 200: { description: "The verdict", schema: Verdict } },
});

const get = defineEndpoint({
  method: "get",
  path: "/v1/policy",
  tag,
  summary: "The policy in force",
  answers: one,
});

const put = defineEndpoint({
  method: "put",
  path: "/v1/policy",
  tag,
  summary: "Publish a policy document, as YAML or JSON",
  answers: one,
});

const versions = defineEndpoint({
  method: "get",
  path: "/v1/policy/versions",
  tag,
  summary: "The tenant's own published policies, newest first",
  query: PageQuery,
  answers: { 200: { description: "One page", schema: pageOf(views.policy) } },
});

/** Adds the routes of the policy. */
export function addPolicyRoutes(target: EndpointTarget, { gateway, maxBodyBytes }: RouteParts): void {
  addEndpoint(target, evaluate, async ({ caller, body, c }) => c.json(await gateway.evaluatePolicy(caller, body)));
  addEndpoint(target, get, async ({ caller, c }) => c.json(await gateway.getPolicy(caller)));
  addEndpoint(target, put, async ({ caller, c }) => {
    assertMediaType(c, DOCUMENT_TYPES);
    return c.json(await gateway.putPolicy(caller, await readText(c, maxBodyBytes)));
  });
  addEndpoint(target, versions, async ({ caller, query, c }) =>
    c.json(await gateway.listPolicyVersions(caller, query)),
  );
}
