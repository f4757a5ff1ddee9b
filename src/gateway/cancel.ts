import { CountersignError } from "../core/countersign-error.ts";
import { isClosed } from "../core/invocation.ts";
import type { GatewayContext } from "./context.ts";
import type { Caller, CancelAnswer } from "./gateway.ts";
import { assertPermission, permits } from "./permissions.ts";
import { findVisible, isOwn, readInvocationView } from "./read-invocations.ts";

/** How long a cancel's caller waits until it is carried out before hearing that it is kept (HTTP 202). */
const CANCEL_WAIT_MS = 3_000;

/** Keeps the cancel as a row, asks the run to stop, and waits until it has. */
export async function cancel(
  context: GatewayContext,
  caller: Caller,
  request: { readonly id: string; readonly reason: string | undefined },
): Promise<CancelAnswer> {
  const { id, tenant } = await findVisible(context, caller, request.id);
  const ref = { tenant, id };
  const reason = request.reason === undefined ? undefined : String(context.redact(request.reason));
  const isAdmin = permits(caller, "admin");
  const kept = await context.store.transaction(async (tx) => {
    const row = await tx.invocations.lock(ref);
    if (row === undefined) return "absent";
    if (!isAdmin && !isOwn(row, caller)) return "foreign";
    if (isClosed(row.status)) return "closed";
    if (row.cancel_at !== null) return "kept";
    const by = caller.principal.subject;
    await tx.invocations.update(ref, {
      cancel_at: new Date(row.now),
      cancel_by: by,
      ...(reason === undefined ? {} : { cancel_reason: reason }),
    });
    await tx.audit.append(tenant, [
      {
        type: "invocation.canceled",
        principal: by,
        actor: row.actor,
        invocation: id,
        action: row.action,
        data: { status: row.status, ...(reason === undefined ? {} : { reason }) },
      },
    ]);
    return "kept";
  });
  if (kept === "foreign") await assertPermission(context, caller, "admin");
  if (kept === "closed" || kept === "absent") {
    throw new CountersignError("already_final", "The invocation has its final state already", {
      invocation: await readInvocationView(context, ref, { replayed: false }),
    });
  }
  return waitUntilStopped(context, ref);
}

async function waitUntilStopped(
  context: GatewayContext,
  ref: Parameters<typeof readInvocationView>[1],
): Promise<CancelAnswer> {
  let confirmed = false;
  const stopped = context.waiter.wait({
    ref,
    about: "status",
    ignore: (status) => !isClosed(status),
    timeoutMs: CANCEL_WAIT_MS,
    skipFirstLook: true,
    look: async () => {
      const row = await context.store.invocations.get(ref);
      confirmed = row !== undefined && isClosed(row.status);
      return confirmed;
    },
  });
  context.runs.cancel(ref).catch((error: unknown) => {
    context.log("warn", "Could not ask the run to stop, the relay will", { invocation: ref.id, error });
  });
  await stopped;
  return { invocation: await readInvocationView(context, ref, { replayed: false }), confirmed };
}
