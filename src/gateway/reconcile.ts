import type { InvocationView, ReconcileFinding, ReconcileRequest } from "../contract/invocation.ts";
import { canonicalJson } from "../core/canonical.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { findJsonFault } from "../core/json-guard.ts";
import { MAX_OUTPUT_BYTES } from "../contract/limits.ts";
import { type Reconciliation, reconcileRow } from "../core/reconciliation.ts";
import type { InvocationRow } from "../store/invocations.ts";
import type { GatewayContext } from "./context.ts";
import type { Caller } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";
import { findVisible, readInvocationView, viewRow } from "./read-invocations.ts";
import { reconcileByProbe } from "./reconcile-by-probe.ts";
import { statusTopic } from "../core/topics.ts";

/** Closes an uncertain invocation by what a person found out, or by what the action's probe does. */
export async function reconcile(
  context: GatewayContext,
  caller: Caller,
  { id, request }: { readonly id: string; readonly request: ReconcileRequest },
): Promise<InvocationView> {
  await assertPermission(context, caller, "admin");
  const found = await findVisible(context, caller, id);
  if (!("probe" in request)) return reconcileByPerson(context, caller, { found, request });
  if (found.status !== "uncertain") throw alreadyFinal(await viewRow(context, found, { replayed: false }));
  return reconcileByProbe(context, caller, { row: found, note: request.note });
}

async function reconcileByPerson(
  context: GatewayContext,
  caller: Caller,
  { found, request }: { readonly found: InvocationRow; readonly request: ReconcileFinding },
): Promise<InvocationView> {
  const ref = { tenant: found.tenant, id: found.id };
  const secretFields = await checkOutput(context, found.action, request);
  const note = String(context.redact(request.note));
  const closed = await context.store.transaction(async (tx) => {
    const row = await tx.invocations.lock(ref);
    if (row?.status !== "uncertain") return false;
    const output = request.outcome === "executed" ? describeOutput(context, request, secretFields) : undefined;
    const { outcome } = request;
    await tx.invocations.update(ref, { ...reconcileRow({ outcome, output, finder: "A person", nowMs: row.now }) });
    await tx.audit.append(ref.tenant, [
      {
        type: "invocation.reconciled",
        principal: caller.principal.subject,
        actor: row.actor,
        invocation: ref.id,
        action: row.action,
        data: { outcome, note, ...(output === undefined ? {} : { output: JSON.parse(output.view) as unknown }) },
      },
    ]);
    tx.notify(statusTopic(ref, request.outcome));
    return true;
  });
  const invocation = await readInvocationView(context, ref, { replayed: false });
  if (!closed) throw alreadyFinal(invocation);
  return invocation;
}

function alreadyFinal(invocation: InvocationView): CountersignError {
  const message = "Only an invocation whose outcome is uncertain can be reconciled";
  return new CountersignError("already_final", message, { invocation });
}

function describeOutput(
  { redact }: GatewayContext,
  { output }: ReconcileFinding,
  secretFields: readonly string[],
): Reconciliation["output"] {
  if (output === undefined) return undefined;
  return { real: canonicalJson(output), view: canonicalJson(redact(output, secretFields)) };
}

async function checkOutput(
  context: GatewayContext,
  action: string,
  request: ReconcileFinding,
): Promise<readonly string[]> {
  const manifest = await context.store.manifests.get(action);
  if (request.output === undefined) return [];
  if (request.outcome === "failed") throw new CountersignError("invalid_request", "A failed outcome has no output");
  const fault = findJsonFault(request.output);
  if (fault !== undefined)
    throw new CountersignError("invalid_input", `The output at ${fault.pointer} ${fault.message}`);
  if (manifest !== undefined) context.schemas.checkOutput(manifest, request.output);
  if (Buffer.byteLength(canonicalJson(request.output)) > MAX_OUTPUT_BYTES) {
    throw new CountersignError("too_large", `The output is larger than ${MAX_OUTPUT_BYTES} bytes`);
  }
  return manifest?.secretFields ?? [];
}
