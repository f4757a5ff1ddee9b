import { randomBytes } from "node:crypto";
import type { InvocationRef } from "../contract/ids.ts";
import type { InvocationStatus, InvocationView } from "../contract/invocation.ts";
import { DEFAULT_WAIT_MS } from "../contract/limits.ts";
import type { Manifest } from "../contract/manifest.ts";
import type { Principal } from "../contract/principal.ts";
import { canonicalJson } from "../core/canonical.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { inputDigest, requestHash } from "../core/digest.ts";
import { newInvocationId } from "../core/ids.ts";
import { isClosed } from "../core/invocation.ts";
import { findJsonFault } from "../core/json-guard.ts";
import { requestedEvent } from "../core/requested-event.ts";
import type { InvocationRow, NewInvocation } from "../store/invocations.ts";
import { assertIdempotencyKey } from "./assert-idempotency-key.ts";
import type { GatewayContext } from "./context.ts";
import { findActor } from "./find-actor.ts";
import type { Caller, InvokeCommand } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";
import { notFound, viewRow } from "./read-invocations.ts";
import { runStartOf } from "./run-start.ts";

/** Accepts a call, starts its run and waits for the answer as the caller asked. */
export async function invoke(context: GatewayContext, caller: Caller, command: InvokeCommand): Promise<InvocationView> {
  await assertPermission(context, caller, "invoke");
  checkTexts(command);
  const actor = await findActor(context, caller, command.onBehalfOf);
  const manifest = await context.store.manifests.get(command.action);
  if (manifest === undefined) throw new CountersignError("action_not_found", "No action of that name is published");
  assertCallable(manifest);
  const input = context.schemas.freezeInput(manifest, command.input);
  const row = acceptedRow({ context, manifest, actor, caller, command, input });

  const earlier = await accept(context, row);
  if (earlier !== undefined) {
    const answer = await waitForAnswer(
      context,
      { tenant: earlier.tenant, id: earlier.id },
      { waitMs: command.waitMs, fresh: false },
    );
    return viewRow(context, answer, { replayed: true });
  }
  // Listen before the start, so that an answer that comes at once isn't missed; the start itself isn't waited for.
  const answered = waitForAnswer(context, row.ref, { waitMs: command.waitMs, fresh: true });
  startRun(context, row);
  return viewRow(context, await answered, { replayed: false });
}

/** A call that is about to be kept: found fitting, its input frozen. */
export interface Acceptance {
  readonly context: GatewayContext;
  readonly manifest: Manifest;
  readonly actor: Principal;
  readonly caller: Caller;
  readonly command: InvokeCommand;
  readonly input: string;
}

function checkTexts(command: InvokeCommand): void {
  assertIdempotencyKey(command.idempotencyKey);
  const { reason, run, session } = command;
  const fault = findJsonFault({ reason: reason ?? "", run: run ?? "", session: session ?? "" });
  if (fault !== undefined)
    throw new CountersignError("invalid_input", `The request at ${fault.pointer} ${fault.message}`);
}

/** @throws forbidden for an action that only undoes what calls of a run have done */
function assertCallable({ compensates }: Manifest): void {
  if (compensates === undefined) return;
  throw new CountersignError("forbidden", "The action undoes calls of a run: it is called by compensating the run");
}

/** The row that keeps a call, with a new id. */
export function acceptedRow({ context, manifest, actor, caller, command, input }: Acceptance): NewInvocation {
  const ref: InvocationRef = { tenant: actor.tenant, id: newInvocationId(randomBytes) };
  const salt = randomBytes(16).toString("hex");
  const parsed = JSON.parse(input) as unknown;
  const identity = { invocation: ref.id, tenant: ref.tenant, actor: actor.subject, action: manifest.name };
  return {
    ref,
    action: manifest.name,
    actionVersion: manifest.version,
    taskQueue: manifest.taskQueue,
    actor: actor.subject,
    actorPrincipal: canonicalJson(actor),
    via: caller.principal.subject === actor.subject ? undefined : caller.principal.subject,
    run: command.run,
    session: command.session === undefined ? undefined : canonicalJson(command.session),
    reason: command.reason === undefined ? undefined : String(context.redact(command.reason)),
    idempotencyKey: command.idempotencyKey,
    requestHash: requestHash(manifest.name, parsed),
    digest: inputDigest({ ...identity, actionVersion: manifest.version, round: 1, salt, input: parsed }),
    input,
    inputView: canonicalJson(context.redact(parsed, manifest.secretFields)),
    salt,
  };
}

/** Keeps the call, or finds the earlier one that its key stands for. @throws idempotency_conflict */
async function accept(context: GatewayContext, row: NewInvocation): Promise<InvocationRow | undefined> {
  const key = row.idempotencyKey;
  for (;;) {
    const earlier = await context.store.transaction(async (tx) => {
      if (await tx.invocations.accept(row)) {
        await tx.audit.append(row.ref.tenant, [requestedEvent(row)]);
        return "accepted";
      }
      return tx.invocations.findByKey({ tenant: row.ref.tenant, actor: row.actor, action: row.action, key: key ?? "" });
    });
    if (earlier === "accepted") return undefined;
    // A refusal may have freed the key between the two looks: then this call is a new one after all.
    if (earlier === undefined) continue;
    if (earlier.request_hash !== row.requestHash) {
      throw new CountersignError("idempotency_conflict", "The idempotency key was used with another input");
    }
    return earlier;
  }
}

/** Starts the run of a kept call, without waiting for it. */
export function startRun(context: GatewayContext, row: NewInvocation): void {
  context.runs.start(runStartOf({ ...row, ...row.ref })).catch((error: unknown) => {
    // Nothing is lost: the row is accepted, and the relay starts whatever has no run.
    context.log("warn", "Could not start the run, the relay will", { invocation: row.ref.id, error });
  });
}

/** Whether a status answers the call. Without an explicit wait, one that waits for people answers too. */
function isAnswer(status: InvocationStatus, explicit: boolean): boolean {
  return isClosed(status) || (!explicit && status === "pending");
}

/** Waits for what answers a call; `fresh` is one that was kept right now. */
export async function waitForAnswer(
  context: GatewayContext,
  ref: InvocationRef,
  options: { readonly waitMs: number | undefined; readonly fresh: boolean },
): Promise<InvocationRow> {
  const explicit = options.waitMs !== undefined;
  let row: InvocationRow | undefined;
  await context.waiter.wait({
    ref,
    about: "status",
    ignore: (status) => !isAnswer(status, explicit),
    skipFirstLook: options.fresh,
    timeoutMs: options.waitMs ?? DEFAULT_WAIT_MS,
    isLongPoll: explicit,
    look: async () => {
      row = await context.store.invocations.get(ref);
      return row === undefined || isAnswer(row.status, explicit);
    },
  });
  row ??= await context.store.invocations.get(ref);
  if (row === undefined) throw notFound();
  return row;
}
