import { ActionName } from "../contract/manifest.ts";
import type { EvaluatedVerdict, EvaluateRequest, Verdict } from "../contract/policy.ts";
import { ORGANISATION } from "../contract/principal.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { CompiledPolicy, PolicyActor } from "../core/policy/index.ts";
import { readSession } from "../core/session.ts";
import type { Caller, Gateway } from "./gateway.ts";
import { assertPermission, permits } from "./permissions.ts";
import { publishSentDocument, viewPolicy } from "./policy-documents.ts";
import type { GatewayPorts, PolicySource } from "./ports.ts";
import { compileSentPolicy } from "./sent-policy.ts";
import { warnOfUnheldNames } from "./unheld-names.ts";

/** What is in force while nobody published anything: no rule, so the default decides. */
const NO_RULES = { version: 1, rules: [] };

type PolicyMethods = Pick<Gateway, "evaluatePolicy" | "getPolicy" | "putPolicy" | "listPolicyVersions">;

/** The methods about policy. Reading needs `policy` or `audit`, publishing `policy`, and for the organisation `operator`. */
export function createPolicyMethods(ports: GatewayPorts, source: PolicySource): PolicyMethods {
  const { policies } = ports.store;
  return {
    async evaluatePolicy(caller, request) {
      await assertMayRead(ports, caller);
      const policy = await findPolicy(source, request, caller.principal.tenant);
      const { action, input } = request;
      const manifest = ActionName.safeParse(action).success ? await ports.store.manifests.get(action) : undefined;
      const call = { action, input, actor: actorOf(caller, request), run: readSession(request.session)?.id, manifest };
      const verdict = showVerdict(policy.evaluate(call));
      return request.explain === true ? { ...verdict, explain: policy.explain(call) } : verdict;
    },

    async getPolicy(caller, layer = "tenant") {
      await assertMayRead(ports, caller);
      const { tenant } = caller.principal;
      const row = await (layer === "organisation" ? policies.newest(ORGANISATION) : policies.inForce(tenant));
      if (row === undefined) throw new CountersignError("not_found", "No policy was published yet");
      return viewPolicy(row, ownerOf(caller));
    },

    async putPolicy(caller, document, layer = "tenant") {
      await assertPermission(ports, caller, layer === "organisation" ? "operator" : "policy");
      const { tenant, subject } = caller.principal;
      const sent = { tenant, layer, document, publishedBy: subject };
      const { row, policy } = await publishSentDocument(ports.store, sent);
      // Who has the names that an organisation's document speaks of differs from tenant to tenant.
      const warnings = layer === "organisation" ? [] : await warnOfUnheldNames(ports.directory, tenant, policy);
      return { ...viewPolicy(row, ownerOf(caller)), ...(warnings.length === 0 ? {} : { warnings: [...warnings] }) };
    },

    async listPolicyVersions(caller, page, layer = "tenant") {
      await assertMayRead(ports, caller);
      const found = await policies.list(layer === "organisation" ? ORGANISATION : caller.principal.tenant, page);
      return { ...found, items: found.items.map((row) => viewPolicy(row, ownerOf(caller))) };
    },
  };
}

async function assertMayRead(ports: GatewayPorts, caller: Caller): Promise<void> {
  if (!permits(caller, "audit") && !permits(caller, "operator")) await assertPermission(ports, caller, "policy");
}

/** Whose publishers the caller may know. */
function ownerOf(caller: Caller): readonly string[] {
  const { tenant } = caller.principal;
  return permits(caller, "operator") ? [tenant, ORGANISATION] : [tenant];
}

/** The policy that was sent along, or the one in force. */
async function findPolicy(
  source: PolicySource,
  { policy, defaultEffect }: EvaluateRequest,
  tenant: string,
): Promise<CompiledPolicy> {
  if (policy !== undefined) return compileSentPolicy(policy, defaultEffect);
  const inForce = await source.inForce(tenant, defaultEffect);
  return inForce?.policy ?? compileSentPolicy(NO_RULES, defaultEffect);
}

/** A verdict with the terms of an only stage where all terms stood before there were stages. */
function showVerdict(verdict: Verdict): EvaluatedVerdict {
  const { approval } = verdict.obligations;
  const [stage, ...others] = approval?.stages ?? [];
  if (approval === undefined || stage === undefined || others.length > 0) return verdict;
  const { approvers, approve, deny, remindEveryMs } = stage;
  const reminders = remindEveryMs === undefined ? {} : { remindEveryMs };
  const shown = { ...approval, ...{ approvers: [...approvers], approve, deny }, ...reminders };
  return { ...verdict, obligations: { ...verdict.obligations, approval: shown } };
}

/** The caller itself, unless another actor is described; then nothing of the caller's rights is mixed in. */
function actorOf(caller: Caller, request: EvaluateRequest): PolicyActor {
  const { tenant } = caller.principal;
  return request.actor === undefined ? caller.principal : { ...request.actor, tenant };
}
