import type { ApprovalFilter, ApprovalView } from "../contract/approval.ts";
import type { InvocationRef } from "../contract/ids.ts";
import type { PageQuery } from "../contract/invocation.ts";
import type { Manifest } from "../contract/manifest.ts";
import type { Page } from "../contract/problem.ts";
import { approverNames, isEligible } from "../core/approval/eligibility.ts";
import { parseInvocationId } from "../core/ids.ts";
import type { ApprovalDetailRow } from "../store/approvals.ts";
import type { GatewayContext } from "./context.ts";
import type { Caller } from "./gateway.ts";
import { assertPermission, permits } from "./permissions.ts";
import { notFound } from "./read-invocations.ts";
import { readRemaining } from "./remaining-limits.ts";
import { type ApprovalViewParts, viewApproval } from "./views.ts";

/** The view of an approval that is known to exist. */
export async function readApprovalView(context: GatewayContext, ref: InvocationRef): Promise<ApprovalView> {
  const row = await context.store.approvals.get(ref);
  if (row === undefined) throw notFound();
  return viewRow(context, row);
}

/** One approval that the caller may vote on, asked for, or (with `audit`) any of the tenant. */
export async function getApproval(context: GatewayContext, caller: Caller, id: string): Promise<ApprovalView> {
  await assertMayLook(context, caller);
  const parsed = parseInvocationId(id);
  if (parsed === undefined) throw notFound();
  const row = await context.store.approvals.get({ tenant: caller.principal.tenant, id: parsed });
  if (row === undefined || !maySee(row, caller)) throw notFound();
  return viewRow(context, row);
}

/** Newest first, under the same visibility. */
export async function listApprovals(
  context: GatewayContext,
  caller: Caller,
  query: { readonly filter: ApprovalFilter; readonly page: PageQuery },
): Promise<Page<ApprovalView>> {
  await assertMayLook(context, caller);
  const { principal } = caller;
  const seesAll = permits(caller, "audit") && query.filter.eligible === undefined;
  const page = await context.store.approvals.list(
    {
      tenant: principal.tenant,
      filter: query.filter,
      subject: principal.subject,
      voterNames: seesAll ? undefined : approverNames(principal),
    },
    query.page,
  );
  const manifests = new Map((await context.store.manifests.list()).map((manifest) => [manifest.name, manifest]));
  const items = page.items.map((row) => viewWith(context, row, { manifest: manifests.get(row.action) }));
  return { ...page, items };
}

/** Whoever may vote may look at what is to be voted on. */
async function assertMayLook(context: GatewayContext, caller: Caller): Promise<void> {
  if (!permits(caller, "approve")) await assertPermission(context, caller, "read");
}

function maySee(row: ApprovalDetailRow, caller: Caller): boolean {
  return (
    permits(caller, "audit") ||
    row.requesters.includes(caller.principal.subject) ||
    isEligible(row.approvers, caller.principal)
  );
}

async function viewRow(context: GatewayContext, row: ApprovalDetailRow): Promise<ApprovalView> {
  const manifest = await context.store.manifests.get(row.action);
  const remaining = await readRemaining(context.store, { tenant: row.tenant, id: row.invocation });
  return viewWith(context, row, { manifest, remaining });
}

interface RowParts extends Pick<ApprovalViewParts, "remaining"> {
  readonly manifest: Manifest | undefined;
}

function viewWith(context: GatewayContext, row: ApprovalDetailRow, { manifest, remaining }: RowParts): ApprovalView {
  return viewApproval(row, {
    remaining,
    title: manifest?.title,
    description: manifest?.description,
    risk: manifest?.risk ?? "high",
    temporalUiUrl: context.runs.uiUrl({ tenant: row.tenant, id: row.invocation }, row.temporal_run_id ?? undefined),
  });
}
