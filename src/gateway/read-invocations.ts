import type { AuditEvent } from "../contract/audit.ts";
import type { InvocationRef } from "../contract/ids.ts";
import type { InvocationFilter, InvocationStats, InvocationView, PageQuery } from "../contract/invocation.ts";
import type { Page } from "../contract/problem.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { parseInvocationId } from "../core/ids.ts";
import { isClosed } from "../core/invocation.ts";
import type { RecordedVerdict } from "../contract/policy.ts";
import type { ApprovalRow } from "../store/approvals.ts";
import type { InvocationRow, InvocationScope } from "../store/invocations.ts";
import { findAbsentWorkers, noWorkerSince } from "./absent-workers.ts";
import type { GatewayContext } from "./context.ts";
import type { Caller } from "./gateway.ts";
import { assertPermission, permits } from "./permissions.ts";
import { viewInvocation, type InvocationViewParts } from "./views.ts";

/** The view of an invocation that is known to exist. */
export async function readInvocationView(
  context: GatewayContext,
  ref: InvocationRef,
  options: { readonly replayed: boolean },
): Promise<InvocationView> {
  const row = await context.store.invocations.get(ref);
  if (row === undefined) throw notFound();
  return viewRow(context, row, options);
}

/** One invocation; with `waitMs`, answers when it is closed or the time is over. */
export async function getInvocation(
  context: GatewayContext,
  caller: Caller,
  query: { readonly id: string; readonly waitMs: number | undefined },
): Promise<InvocationView> {
  await assertPermission(context, caller, "read");
  let row = await findVisible(context, caller, query.id);
  if (query.waitMs !== undefined && !isClosed(row.status)) {
    const ref = { tenant: row.tenant, id: row.id };
    await context.waiter.wait({
      ref,
      about: "status",
      ignore: (status) => !isClosed(status),
      timeoutMs: query.waitMs,
      isLongPoll: true,
      look: async () => {
        row = (await context.store.invocations.get(ref)) ?? row;
        return isClosed(row.status);
      },
    });
  }
  return viewRow(context, row, { replayed: false });
}

/** Newest first. */
export async function listInvocations(
  context: GatewayContext,
  caller: Caller,
  query: { readonly filter: InvocationFilter; readonly page: PageQuery },
): Promise<Page<InvocationView>> {
  await assertPermission(context, caller, "read");
  const page = await context.store.invocations.list(scopeOf(caller, query.filter), query.page);
  return { ...page, items: await viewRows(context, page.items, { replayed: false }) };
}

/** Counts under the same filter and visibility as the list. */
export async function countInvocations(
  context: GatewayContext,
  caller: Caller,
  filter: InvocationFilter,
): Promise<InvocationStats> {
  await assertPermission(context, caller, "read");
  return context.store.invocations.count(scopeOf(caller, filter));
}

/** All audit events of one invocation, oldest first. */
export async function listInvocationEvents(
  context: GatewayContext,
  caller: Caller,
  id: string,
): Promise<readonly AuditEvent[]> {
  await assertPermission(context, caller, "read");
  const row = await findVisible(context, caller, id);
  return context.store.audit.listOfInvocation(row.tenant, row.id);
}

/** The row behind an id that the caller may see: one's own, or any of the tenant with `audit`. @throws not_found */
export async function findVisible(context: GatewayContext, caller: Caller, id: string): Promise<InvocationRow> {
  const parsed = parseInvocationId(id);
  if (parsed === undefined) throw notFound();
  const row = await context.store.invocations.get({ tenant: caller.principal.tenant, id: parsed });
  if (row === undefined || !(permits(caller, "audit") || isOwn(row, caller))) throw notFound();
  return row;
}

/** Whether the caller is the actor, or called for the actor. */
export function isOwn(row: Pick<InvocationRow, "actor" | "via">, caller: Caller): boolean {
  return row.actor === caller.principal.subject || row.via === caller.principal.subject;
}

/** The one answer for what doesn't exist and for what the caller may not see. */
export function notFound(): CountersignError {
  return new CountersignError("not_found", "There is nothing of that id");
}

function scopeOf(caller: Caller, filter: InvocationFilter): InvocationScope {
  const { tenant, subject } = caller.principal;
  return { tenant, filter, ownedBy: permits(caller, "audit") ? undefined : subject };
}

/** The view of a row. */
export async function viewRow(
  context: GatewayContext,
  row: InvocationRow,
  options: { readonly replayed: boolean },
): Promise<InvocationView> {
  const [view] = await viewRows(context, [row], options);
  if (view === undefined) throw notFound();
  return view;
}

/** The views of rows of one tenant, in their order. */
export async function viewRows(
  context: GatewayContext,
  rows: readonly InvocationRow[],
  { replayed }: { readonly replayed: boolean },
): Promise<InvocationView[]> {
  const [approvals, absent] = await Promise.all([findApprovals(context, rows), findAbsentWorkers(context, rows)]);
  return rows.map((row) =>
    viewWith(context, row, { approval: approvals.get(row.id), replayed, noWorkerSince: noWorkerSince(row, absent) }),
  );
}

/** The approvals of those rows whose verdict asked for one, in one look. */
function findApprovals(
  context: GatewayContext,
  rows: readonly InvocationRow[],
): Promise<ReadonlyMap<string, ApprovalRow>> {
  const asked = rows.filter(
    (row) => row.verdict !== null && (JSON.parse(row.verdict) as RecordedVerdict).effect === "require_approval",
  );
  return context.store.approvals.findMany(
    asked[0]?.tenant ?? "",
    asked.map((row) => row.id),
  );
}

function viewWith(
  context: GatewayContext,
  row: InvocationRow,
  parts: Omit<InvocationViewParts, "temporalUiUrl">,
): InvocationView {
  const ref = { tenant: row.tenant, id: row.id };
  return viewInvocation(row, { ...parts, temporalUiUrl: context.runs.uiUrl(ref, row.temporal_run_id ?? undefined) });
}
