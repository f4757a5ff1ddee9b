import type { InvocationId, InvocationRef } from "../contract/ids.ts";
import type { InvocationView, RetryRequest, Session } from "../contract/invocation.ts";
import type { Manifest } from "../contract/manifest.ts";
import type { Principal } from "../contract/principal.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { requestHash } from "../core/digest.ts";
import { parseInvocationId } from "../core/ids.ts";
import { findJsonFault } from "../core/json-guard.ts";
import { requestedEvent } from "../core/requested-event.ts";
import { standsIn } from "../core/succession.ts";
import type { InvocationRow, NewInvocation } from "../store/invocations.ts";
import type { TransactionTables } from "../store/store.ts";
import type { GatewayContext } from "./context.ts";
import { findActor } from "./find-actor.ts";
import type { Caller } from "./gateway.ts";
import { acceptedRow, startRun, waitForAnswer } from "./invoke.ts";
import { assertPermission, permits } from "./permissions.ts";
import { findVisible, isOwn, viewRow } from "./read-invocations.ts";

/** Which call is made anew, and why. */
interface RetryCommand extends RetryRequest {
  readonly id: string;
}

/** Makes a failed call anew, with the input as it was sent, and waits for its answer as the caller asked. */
export async function retry(context: GatewayContext, caller: Caller, command: RetryCommand): Promise<InvocationView> {
  await assertPermission(context, caller, "invoke");
  const fault = findJsonFault({ reason: command.reason ?? "" });
  if (fault !== undefined) throw new CountersignError("invalid_input", `The reason ${fault.message}`);
  const failed = await findVisible(context, caller, command.id);
  if (!permits(caller, "admin") && !isOwn(failed, caller)) await assertPermission(context, caller, "admin");
  assertRetryable(failed);
  const row = await renew(context, caller, { failed, reason: command.reason });
  const earlier = await accept(context, caller, { row, failed });
  if (earlier !== undefined) {
    const answer = await waitForAnswer(context, earlier, { waitMs: command.waitMs, fresh: false });
    return viewRow(context, answer, { replayed: true });
  }
  const answered = waitForAnswer(context, row.ref, { waitMs: command.waitMs, fresh: true });
  startRun(context, row);
  return viewRow(context, await answered, { replayed: false });
}

function assertRetryable({ status, erased_at: erasedAt }: InvocationRow): void {
  if (status !== "failed") throw notRetryable(`Only a failed invocation can be tried again; this one is ${status}`);
  if (erasedAt !== null) throw notRetryable("The input of the invocation was erased");
}

function notRetryable(message: string): CountersignError {
  return new CountersignError("not_retryable", message);
}

/** The same call anew: by the manifest and the actor's rights as they are now. */
async function renew(
  context: GatewayContext,
  caller: Caller,
  { failed, reason }: { readonly failed: InvocationRow; readonly reason: string | undefined },
): Promise<NewInvocation> {
  const manifest = await context.store.manifests.get(failed.action);
  if (manifest === undefined) throw new CountersignError("action_not_found", "No action of that name is published");
  const input = await readInput(context, failed, manifest);
  const actor = await findPresentActor(context, caller, failed.actor);
  const command = {
    ...{ action: failed.action, input: undefined, idempotencyKey: failed.idempotency_key ?? undefined },
    run: failed.run ?? undefined,
    session: failed.session === null ? undefined : (JSON.parse(failed.session) as Session),
    reason: reason ?? failed.reason ?? undefined,
  };
  return acceptedRow({ context, manifest, actor, caller, command, input });
}

/** What was sent, if it is still what was accepted and the action still takes it. @throws not_retryable, invalid_input */
async function readInput(context: GatewayContext, failed: InvocationRow, manifest: Manifest): Promise<string> {
  const sent = await context.store.retries.readSent(failed);
  const input = sent === undefined ? undefined : (JSON.parse(sent) as unknown);
  if (requestHash(failed.action, input ?? null) !== failed.request_hash)
    throw notRetryable("The stored input is not the one that was accepted");
  return context.schemas.freezeInput(manifest, input);
}

/** The actor with the rights of now; whoever else asks must be able to act for it, which `admin` is for everybody. */
async function findPresentActor(context: GatewayContext, caller: Caller, subject: string): Promise<Principal> {
  if (subject === caller.principal.subject || !permits(caller, "admin")) return findActor(context, caller, subject);
  const actor = await context.store.principals.get(caller.principal.tenant, subject);
  if (actor === undefined) throw notRetryable("The actor of the invocation is no principal any more");
  return actor;
}

/** The call that a retry became: a new one, or the try that it joins. */
interface Renewal {
  readonly row: NewInvocation;
  readonly failed: InvocationRow;
}

/** Keeps the new call, unless one of the tries stands already: then that is the answer. One retry of a call at a time. */
function accept(context: GatewayContext, caller: Caller, renewal: Renewal): Promise<InvocationRef | undefined> {
  const { row, failed } = renewal;
  return context.store.transaction(async (tx) => {
    const first = await tx.retries.findFirst(failed);
    // What undoes a call is made under that call's lock, whoever makes it.
    await tx.invocations.lock(undoneBy(failed) ?? first);
    const standing = await keep(tx, renewal, first);
    if (standing !== undefined) return { tenant: failed.tenant, id: standing };
    const retried = {
      type: "invocation.retried",
      principal: caller.principal.subject,
      actor: failed.actor,
      invocation: failed.id,
      action: failed.action,
      data: { by: row.ref.id, ...(row.reason === undefined ? {} : { reason: row.reason }) },
    } as const;
    await tx.audit.append(row.ref.tenant, [
      retried,
      requestedEvent(row, { retryOf: failed.id, compensates: failed.compensates ?? undefined }),
    ]);
    return undefined;
  });
}

function undoneBy({ tenant, compensates }: InvocationRow): InvocationRef | undefined {
  const id = compensates === null ? undefined : parseInvocationId(compensates);
  return id === undefined ? undefined : { tenant, id };
}

/**
 * Keeps the new call, or finds the one that stands: among all tries of it, and all calls that its key was used for while a refusal had
 * freed it. Whoever takes the key decides between two who look at once.
 */
async function keep(
  tx: TransactionTables,
  { row, failed }: Renewal,
  first: InvocationRef,
): Promise<InvocationId | undefined> {
  for (;;) {
    const tries = await tx.retries.listTries(first, failed);
    const standing = tries.find(({ status }) => standsIn(status));
    if (standing !== undefined) return standing.id;
    const heldBy = tries.map(({ id }) => id);
    if (!(await takeKey(tx, row, heldBy))) continue;
    await tx.invocations.accept({ ...row, idempotencyKey: undefined });
    await tx.retries.succeed(row.ref, {
      retryOf: failed.id,
      compensates: failed.compensates ?? undefined,
      idempotencyKey: row.idempotencyKey,
    });
    return undefined;
  }
}

/** False where a call that does the same has the key by now. @throws idempotency_conflict where it is one that does something else */
async function takeKey(tx: TransactionTables, row: NewInvocation, heldBy: readonly InvocationId[]): Promise<boolean> {
  const { ref, actor, action, idempotencyKey: key } = row;
  if (key === undefined || (await tx.retries.takeKey({ ref, actor, action, idempotencyKey: key, heldBy }))) return true;
  const holder = await tx.invocations.findByKey({ tenant: ref.tenant, actor, action, key });
  if (holder === undefined || holder.request_hash === row.requestHash) return false;
  throw new CountersignError("idempotency_conflict", "The idempotency key was used with another input since");
}
