import type { InvocationView, ReconcileRequest } from "../contract/invocation.ts";
import { canonicalJson } from "../core/canonical.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { findJsonFault } from "../core/json-guard.ts";
import { MAX_OUTPUT_BYTES } from "../contract/limits.ts";
import type { InvocationChange } from "../store/invocations.ts";
import type { GatewayContext } from "./context.ts";
import type { Caller } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";
import { findVisible, readInvocationView } from "./read-invocations.ts";
import { statusTopic } from "../core/topics.ts";

/** Closes an uncertain invocation by what a person found out. */
export async function reconcile(
  context: GatewayContext,
  caller: Caller,
  request: ReconcileRequest & { readonly id: string },
): Promise<InvocationView> {
  await assertPermission(context, caller, "admin");
  const found = await findVisible(context, caller, request.id);
  const ref = { tenant: found.tenant, id: found.id };
  const secretFields = await checkOutput(context, found.action, request);
  const note = String(context.redact(request.note));
  const closed = await context.store.transaction(async (tx) => {
    const row = await tx.invocations.lock(ref);
    if (row?.status !== "uncertain") return false;
    const output = request.outcome === "executed" && request.output !== undefined ? request.output : undefined;
    const change: InvocationChange = {
      status: request.outcome,
      closed_at: new Date(row.now),
      ...(output === undefined
        ? {}
        : { output: canonicalJson(output), output_view: canonicalJson(context.redact(output, secretFields)) }),
      ...(request.outcome === "executed"
        ? { executed_at: new Date(row.now), error: null }
        : {
            error: canonicalJson({
              code: "action_failed",
              message: "A person found that it did not take effect",
              retryable: false,
            }),
          }),
    };
    await tx.invocations.update(ref, change);
    await tx.audit.append(ref.tenant, [
      {
        type: "invocation.reconciled",
        principal: caller.principal.subject,
        actor: row.actor,
        invocation: ref.id,
        action: row.action,
        data: {
          outcome: request.outcome,
          note,
          ...(output === undefined ? {} : { output: context.redact(output, secretFields) }),
        },
      },
    ]);
    tx.notify(statusTopic(ref, request.outcome));
    return true;
  });
  const invocation = await readInvocationView(context, ref, { replayed: false });
  if (!closed) {
    throw new CountersignError("already_final", "Only an invocation whose outcome is uncertain can be reconciled", {
      invocation,
    });
  }
  return invocation;
}

async function checkOutput(
  context: GatewayContext,
  action: string,
  request: ReconcileRequest,
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
