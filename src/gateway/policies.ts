import { ActionName } from "../contract/manifest.ts";
import type { EvaluateRequest } from "../contract/policy.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { type CompiledPolicy, compilePolicy, type PolicyActor } from "../core/policy/index.ts";
import type { Caller, Gateway } from "./gateway.ts";
import { assertPermission, permits } from "./permissions.ts";
import { publishSentDocument, readPolicyDocument, viewPolicy } from "./policy-documents.ts";
import type { GatewayPorts, PolicySource } from "./ports.ts";

/** What is in force while nobody published anything: no rule, so the default decides. */
const NO_RULES = { version: 1, rules: [] };

type PolicyMethods = Pick<Gateway, "evaluatePolicy" | "getPolicy" | "putPolicy" | "listPolicyVersions">;

/** The methods about policy. Reading needs `policy` or `audit`, publishing `policy`. */
export function createPolicyMethods(ports: GatewayPorts, source: PolicySource): PolicyMethods {
  const { policies } = ports.store;
  return {
    async evaluatePolicy(caller, request) {
      await assertMayRead(ports, caller);
      const policy = await findPolicy(ports, source, { request, tenant: caller.principal.tenant });
      const { action, input } = request;
      const manifest = ActionName.safeParse(action).success ? await ports.store.manifests.get(action) : undefined;
      const call = { action, input, actor: actorOf(caller, request), manifest };
      const verdict = policy.evaluate(call);
      return request.explain === true ? { ...verdict, explain: policy.explain(call) } : verdict;
    },

    async getPolicy(caller) {
      await assertMayRead(ports, caller);
      const row = await policies.inForce(caller.principal.tenant);
      if (row === undefined) throw new CountersignError("not_found", "No policy was published yet");
      return viewPolicy(row, caller.principal.tenant);
    },

    async putPolicy(caller, document) {
      await assertPermission(ports, caller, "policy");
      const { tenant, subject } = caller.principal;
      return viewPolicy(await publishSentDocument(ports.store, { tenant, document, publishedBy: subject }), tenant);
    },

    async listPolicyVersions(caller, page) {
      await assertMayRead(ports, caller);
      const { tenant } = caller.principal;
      const found = await policies.list(tenant, page);
      return { ...found, items: found.items.map((row) => viewPolicy(row, tenant)) };
    },
  };
}

async function assertMayRead(ports: GatewayPorts, caller: Caller): Promise<void> {
  if (!permits(caller, "audit")) await assertPermission(ports, caller, "policy");
}

/** The document that was sent along, or the one in force; compiled anew when another default is asked for. */
async function findPolicy(
  ports: GatewayPorts,
  source: PolicySource,
  { request, tenant }: { readonly request: EvaluateRequest; readonly tenant: string },
): Promise<CompiledPolicy> {
  const { policy, defaultEffect } = request;
  if (policy === undefined && defaultEffect === undefined) {
    return (await source.inForce(tenant))?.policy ?? compilePolicy(readPolicyDocument(NO_RULES));
  }
  const document = policy ?? (await ports.store.policies.inForce(tenant))?.document ?? NO_RULES;
  return compilePolicy(readPolicyDocument(document), { defaultEffect });
}

/** The caller itself, unless another actor is described; then nothing of the caller's rights is mixed in. */
function actorOf(caller: Caller, request: EvaluateRequest): PolicyActor {
  const { tenant } = caller.principal;
  return request.actor === undefined ? caller.principal : { ...request.actor, tenant };
}
