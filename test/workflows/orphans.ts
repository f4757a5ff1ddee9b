import { Client } from "@temporalio/client";
import { z } from "zod";
import type { ReconcilerPorts } from "../../activities/reconciler/ports.ts";
import { checkRow } from "../../activities/reconciler/check-row.ts";
import type { KnownEnds } from "../../activities/reconciler/late-report.ts";
import { createReconciler } from "../../activities/reconciler/start-reconciler.ts";
import { defineAction } from "../../src/action/define-action.ts";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { InvocationView } from "../../src/contract/invocation.ts";
import { createReconcilerPorts } from "../../worker/reconciler-ports.ts";
import type { TestGuard } from "../support/guard.ts";
import { effects } from "./actions.ts";

/** Ends the functions of the actions below, whatever their signal says. */
export const gate: { open: () => void } = { open: () => undefined };

const stubborn = {
  description: "Ends when its gate is opened, and listens to nobody",
  input: z.object({ text: z.string().optional() }),
  run: async (_input: unknown, ctx: { readonly idempotencyKey: string }) => {
    effects.set(ctx.idempotencyKey, (effects.get(ctx.idempotencyKey) ?? 0) + 1);
    await new Promise<void>((resolve) => (gate.open = resolve));
    return "late";
  },
};

/** May run once, and runs until its gate is opened. */
export const stubbornOnce = defineAction({
  ...stubborn,
  name: "test.stubborn_once",
  execution: { mode: "at_most_once", heartbeatTimeoutMs: 900 },
});

/** May run again, and runs until its gate is opened. */
export const stubbornAgain = defineAction({
  ...stubborn,
  name: "test.stubborn_again",
  execution: { heartbeatTimeoutMs: 900 },
});

/** What a reconciler of a guard's own rows and runs works with. */
export function portsOf({ client, ports }: TestGuard): ReconcilerPorts {
  return createReconcilerPorts(new Client({ connection: client.connection }), { ...ports, metrics: undefined });
}

/** A reconciler that looks when it is told to. */
export function reconcilerOf(guard: TestGuard, ports = portsOf(guard)) {
  return createReconciler(ports, []);
}

/** Makes a row so old that its run is looked for. */
export async function growOld(guard: TestGuard, { id }: Pick<InvocationView, "id">): Promise<void> {
  await guard.store.db.query(
    `update invocation set created_at = created_at - interval '1 hour', run_checked_at = null where id = $1`,
    [id],
  );
}

/** What the checks of a file's rows know of each other. */
const ends: KnownEnds = new Map();

/** Checks one row, as of so many milliseconds from now. */
export async function check(guard: TestGuard, { tenant, id }: Pick<InvocationView, "tenant" | "id">, inMs = 0) {
  const [row] = await guard.store.orphans.listOpen([{ tenant, id: id as InvocationId }]);
  return row === undefined ? "closed" : checkRow(portsOf(guard), row, { nowMs: performance.now() + inMs, ends });
}

/** Makes the attempts of a call so old that no worker can be at them any more. */
export async function growAttemptsOld(guard: TestGuard, { id }: Pick<InvocationView, "id">): Promise<void> {
  await guard.store.db.query(
    "update execution set started_at = started_at - interval '2 minutes' where invocation = $1",
    [id],
  );
}

/** What the record says of an invocation's end. */
export async function endsOf(guard: TestGuard, { id }: Pick<InvocationView, "id">) {
  const events = await guard.gateway.listInvocationEvents(guard.admin, id);
  return events.filter(({ type }) => type === "invocation.closed").map(({ data }) => data);
}
