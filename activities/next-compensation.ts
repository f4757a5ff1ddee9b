import { randomBytes } from "node:crypto";
import { ApplicationFailure } from "@temporalio/common";
import { RunCompensation } from "../src/contract/compensation.ts";
import type { InvocationId, InvocationRef } from "../src/contract/ids.ts";
import type { Manifest } from "../src/contract/manifest.ts";
import type { CompensationStep, RunOpening } from "../src/contract/run.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import { isAuthenticCompensation } from "../src/core/compensation-mac.ts";
import { judgeUndoing, type Undoing } from "../src/core/compensation.ts";
import { inputDigest, requestHash } from "../src/core/digest.ts";
import { newInvocationId } from "../src/core/ids.ts";
import { requestedEvent } from "../src/core/requested-event.ts";
import { compensationIdOf, openingOf } from "../src/core/run-opening.ts";
import type { SigningKey } from "../src/core/signing-key.ts";
import { statusTopic } from "../src/core/topics.ts";
import type { UndoableCall } from "../src/store/compensations.ts";
import type { NewInvocation } from "../src/store/invocations.ts";
import type { RunRef } from "../src/store/runs.ts";
import type { TransactionTables } from "../src/store/store.ts";
import type { ActivityPorts } from "./ports.ts";

/**
 * Finds out, in one transaction, how the undoing of a run goes on upon the newest request: with the call that undoes the one executed
 * last, which is made if there is none. Run twice it finds the call that it has made.
 * @param requests as they came through Temporal; those that no door made count for nothing
 * @throws ApplicationFailure `forbidden`, not retried, when no door made any of them
 */
export async function nextCompensation(ports: ActivityPorts, requests: readonly unknown[]): Promise<CompensationStep> {
  const request = findNewest(ports.signingKey, requests);
  if (request === undefined)
    throw ApplicationFailure.nonRetryable("Runs are undone through the API, not here", "forbidden");
  return ports.store.transaction(async (tx) => {
    const run = { tenant: request.tenant, actor: request.actor, id: request.run };
    // What may take effect yet would have to be undone first.
    if (await tx.compensations.hasOpen(run, request.askedSeq)) return { kind: "stopped", request };
    const call = await lockNext(tx, run);
    if (call === undefined) return { kind: "done", request };
    const next = judgeUndoing(undoingOf(call), request.askedSeq);
    if (next === "stopped") return { kind: "stopped", request };
    const opening =
      next === "wait" ? await reopen(tx, request.tenant, call.undo_id) : await begin(ports, tx, { request, call });
    return opening === undefined ? { kind: "stopped", request } : { kind: "undo", request, opening };
  });
}

/** The newest request that a door made, of those about the same run. */
function findNewest(key: SigningKey, requests: readonly unknown[]): RunCompensation | undefined {
  const [first, ...others] = requests.flatMap((sent) => {
    const { success, data } = RunCompensation.safeParse(sent);
    return success && isAuthenticCompensation(key, data) ? [data] : [];
  });
  if (first === undefined) return undefined;
  const id = compensationIdOf(first);
  return others
    .filter((other) => compensationIdOf(other) === id)
    .reduce((newest, other) => (other.askedSeq > newest.askedSeq ? other : newest), first);
}

/** The newest call that was to undo this one. */
function undoingOf({ undo_status: status, undo_closed_seq: closedSeq }: UndoableCall): Undoing | undefined {
  return status === null ? undefined : { status, closedSeq };
}

/** The call to undo, locked, so that nobody else makes one that undoes it. */
async function lockNext(tx: TransactionTables, run: RunRef): Promise<UndoableCall | undefined> {
  for (let locked: InvocationId | undefined; ;) {
    const call = await tx.compensations.findNext(run);
    if (call === undefined || call.id === locked) return call;
    await tx.invocations.lock({ tenant: run.tenant, id: call.id });
    locked = call.id;
  }
}

async function reopen(tx: TransactionTables, tenant: string, id: InvocationId | null): Promise<RunOpening | undefined> {
  const row = id === null ? undefined : await tx.invocations.get({ tenant, id });
  if (row === undefined) return undefined;
  const { action, actor, digest } = row;
  return openingOf({
    ...{ ref: { tenant, id: row.id }, taskQueue: row.task_queue, action, actor, digest },
    ...{ run: row.run ?? undefined, reason: row.reason ?? undefined, input: JSON.parse(row.input_view) as unknown },
  });
}

/** A call that is to be undone, and the request for it. */
interface Begun {
  readonly request: RunCompensation;
  readonly call: UndoableCall;
}

/** Makes the call that undoes another one. `undefined` when its action is not published any more. */
async function begin(ports: ActivityPorts, tx: TransactionTables, begun: Begun): Promise<RunOpening | undefined> {
  const { request, call } = begun;
  const manifest = await tx.manifests.get(call.undo_action);
  if (manifest === undefined) return undefined;
  const present = await tx.principals.get(request.tenant, request.actor);
  const principal = present === undefined ? call.actor_principal : canonicalJson(present);
  const row = rowOf(ports, begun, { manifest, principal });
  const retryOf = call.undo_status === "failed" ? (call.undo_id ?? undefined) : undefined;
  const idempotencyKey = keyOf(call);
  // Nothing but calls that undo this one has ever had the key, and the one before is over.
  await tx.retries.takeKey({ ...row, idempotencyKey, heldBy: call.undo_id === null ? [] : [call.undo_id] });
  await tx.invocations.accept({ ...row, idempotencyKey: undefined });
  await tx.retries.succeed(row.ref, { retryOf, compensates: call.id, idempotencyKey });
  await tx.audit.append(request.tenant, [requestedEvent(row, { compensates: call.id, retryOf })]);
  // Whoever waits for the run looks again.
  tx.notify(statusTopic({ tenant: request.tenant, id: call.id }, "executed"));
  return openingOf({ ...row, input: JSON.parse(row.inputView) as unknown });
}

/** The key of all calls that undo this one. */
function keyOf(call: UndoableCall): string {
  return `compensate:${call.id}`;
}

/** The actor's present rights, and what is called. */
interface Terms {
  readonly manifest: Manifest;
  readonly principal: string;
}

function rowOf(ports: ActivityPorts, { request, call }: Begun, { manifest, principal }: Terms): NewInvocation {
  const { tenant, actor, run, by, reason, traceParent } = request;
  const ref: InvocationRef = { tenant, id: newInvocationId(randomBytes) };
  const salt = randomBytes(16).toString("hex");
  const input = { invocation: call.id };
  const identity = { invocation: ref.id, tenant, actor, action: manifest.name, actionVersion: manifest.version };
  return {
    ...{ ref, actor, run, salt, traceParent },
    action: manifest.name,
    actionVersion: manifest.version,
    taskQueue: manifest.taskQueue,
    actorPrincipal: principal,
    via: by === actor ? undefined : by,
    session: call.session ?? undefined,
    reason: reason ?? `Undoes ${call.action}`,
    idempotencyKey: keyOf(call),
    requestHash: requestHash(manifest.name, input),
    digest: inputDigest({ ...identity, round: 1, salt, input }),
    input: canonicalJson(input),
    inputView: canonicalJson(ports.redact(input, manifest.secretFields)),
  };
}
