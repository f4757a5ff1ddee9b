import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { MAX_REPLAYED } from "../contract/limits.ts";
import type { ReplayAnswer, ReplayRequest } from "../contract/policy-replay.ts";
import { ORGANISATION } from "../contract/principal.ts";
import { compilePolicy, type ParsedPolicy, parsePolicy } from "../core/policy/index.ts";
import { toPolicyCall } from "../core/policy/recorded-call.ts";
import type { Caller, Gateway } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";
import { readPolicyDocument } from "./policy-documents.ts";
import { isTemplateRequest, readTemplates } from "./policy-templates.ts";
import type { GatewayPorts } from "./ports.ts";
import { ReplayTally } from "./replay-tally.ts";

/** Rows read at once. Our choice: with inputs at their limit, some MiB. */
const PAGE_ROWS = 200;
/** Milliseconds of work after which others get their turn. Our choice: nobody notices such a pause. */
const TURN_MS = 10;
/** Milliseconds after which a replay answers with what it has. Our choice: before clients give up, at 30 s. */
const MAX_REPLAY_MS = 20_000;

/** The method that tries a proposed policy on what was recorded. It looks at inputs of the whole tenant: needs `policy` and `audit`. */
export function createReplayMethods(ports: GatewayPorts): Pick<Gateway, "replayPolicy"> {
  return {
    async replayPolicy(caller, request) {
      await assertPermission(ports, caller, "policy");
      await assertPermission(ports, caller, "audit");
      return replay(ports, caller, request);
    },
  };
}

async function replay(ports: GatewayPorts, caller: Caller, request: ReplayRequest): Promise<ReplayAnswer> {
  const { policy: _policy, layer: _layer, defaultEffect, limit = MAX_REPLAYED, ...period } = request;
  const documents = await listDocuments(ports, caller.principal.tenant, request);
  const proposed = compilePolicy(documents, { defaultEffect });
  const manifests = new Map((await ports.store.manifests.list()).map((manifest) => [manifest.name, manifest]));
  const scope = { tenant: caller.principal.tenant, ...period };
  const tally = new ReplayTally();
  const startedAtMs = performance.now();
  let turnAtMs = startedAtMs;
  for await (const row of ports.store.invocations.readDecided(scope, PAGE_ROWS)) {
    const nowMs = performance.now();
    if (tally.considered === limit || nowMs - startedAtMs > MAX_REPLAY_MS) return { ...tally.toAnswer(), more: true };
    if (nowMs - turnAtMs > TURN_MS) {
      await setImmediate();
      turnAtMs = performance.now();
    }
    tally.add(row, proposed.evaluate(toPolicyCall(row, manifests.get(row.action))));
  }
  return tally.toAnswer();
}

/** The proposed documents in the place of those of their layer, with the other layer as it is in force; the organisation's first. */
async function listDocuments(
  ports: GatewayPorts,
  tenant: string,
  { policy, layer }: ReplayRequest,
): Promise<readonly ParsedPolicy[]> {
  const { policies } = ports.store;
  const proposed = isTemplateRequest(policy) ? readTemplates(policy.templates) : [readPolicyDocument(policy)];
  const other = await (layer === "organisation" ? policies.inForce(tenant) : policies.newest(ORGANISATION));
  const others = other === undefined ? [] : [parsePolicy(other.document)];
  return layer === "organisation" ? [...proposed, ...others] : [...others, ...proposed];
}
