import type { ApprovalFilter, ApprovalView } from "../contract/approval.ts";
import type { InvocationRef } from "../contract/ids.ts";
import type { PageQuery } from "../contract/invocation.ts";
import type { Manifest } from "../contract/manifest.ts";
import type { Page } from "../contract/problem.ts";
import { approverNames } from "../core/approval/eligibility.ts";
import { parseInvocationId } from "../core/ids.ts";
import type { ApprovalDetailRow } from "../store/approvals.ts";
import { type ApprovalViewParts, viewApproval } from "./approval-views.ts";
import type { GatewayContext } from "./context.ts";
import type { Caller } from "./gateway.ts";
import { assertPermission, permits } from "./permissions.ts";
import { notFound } from "./read-invocations.ts";
import { readRemaining } from "./remaining-limits.ts";
import { fillPage, keepVisible } from "./visible-approvals.ts";

/** Votes that a list shows of each approval, the newest. Our choice: whoever wants all of them looks at the one. */
const MAX_LISTED_VOTES = 50;

/** What a list is asked for. */
interface ListQuery {
  readonly filter: ApprovalFilter;
  readonly page: PageQuery;
}

/** The view of an approval that is known to exist. */
export async function readApprovalView(context: GatewayContext, ref: InvocationRef): Promise<ApprovalView> {
  const row = await context.store.approvals.get(ref);
  if (row === undefined) throw notFound();
  return viewRow(context, row);
}

/** One approval that the caller may vote on in any of its stages, asked for, or (with `audit`) any of the tenant. */
export async function getApproval(context: GatewayContext, caller: Caller, id: string): Promise<ApprovalView> {
  await assertMayLook(context, caller);
  const parsed = parseInvocationId(id);
  if (parsed === undefined) throw notFound();
  const row = await context.store.approvals.get({ tenant: caller.principal.tenant, id: parsed });
  if (row === undefined || !(await maySee(context, caller, row))) throw notFound();
  return viewRow(context, row);
}

/** Newest first, under the same visibility; with `eligible` only those that the caller may vote on right now. */
export async function listApprovals(
  context: GatewayContext,
  caller: Caller,
  query: ListQuery,
): Promise<Page<ApprovalView>> {
  await assertMayLook(context, caller);
  const page = await readPage(context, caller, query);
  const manifests = new Map((await context.store.manifests.list()).map((manifest) => [manifest.name, manifest]));
  const items = page.items.map((row) =>
    viewWith(context, row, { manifest: manifests.get(row.action), maxVotes: MAX_LISTED_VOTES }),
  );
  return { ...page, items };
}

async function readPage(
  context: GatewayContext,
  caller: Caller,
  { filter, page }: ListQuery,
): Promise<Page<ApprovalDetailRow>> {
  const { approvals } = context.store;
  const { tenant, subject } = caller.principal;
  const isMine = filter.eligible !== undefined;
  // What has its resolution can't be voted on.
  if (isMine && (filter.status ?? "pending") !== "pending") return { items: [] };
  if (permits(caller, "audit") && !isMine) {
    return approvals.list({ tenant, filter, subject, voterNames: undefined }, page);
  }
  const claim = isMine ? "may_vote" : "may_see";
  const scope = {
    ...{ tenant, subject, voterNames: approverNames(caller.principal) },
    filter: isMine ? { ...filter, status: "pending" as const } : filter,
  };
  return fillPage({
    page,
    read: (part) => approvals.list(scope, part),
    keep: (rows) => keepVisible(context, caller, { rows, claim }),
    cursorAfter: (row) => approvals.cursorAfter(row),
  });
}

/** Whoever may vote may look at what is to be voted on. */
async function assertMayLook(context: GatewayContext, caller: Caller): Promise<void> {
  if (!permits(caller, "approve")) await assertPermission(context, caller, "read");
}

async function maySee(context: GatewayContext, caller: Caller, row: ApprovalDetailRow): Promise<boolean> {
  if (permits(caller, "audit")) return true;
  return (await keepVisible(context, caller, { rows: [row], claim: "may_see" })).length > 0;
}

async function viewRow(context: GatewayContext, row: ApprovalDetailRow): Promise<ApprovalView> {
  const { store } = context;
  const ref = { tenant: row.tenant, id: row.invocation };
  const [manifest, remaining, revisions, previous] = await Promise.all([
    store.manifests.get(row.action),
    readRemaining(store, ref),
    store.approvals.revisions(ref),
    store.approvals.previous(ref),
  ]);
  return viewWith(context, row, { manifest, remaining, revisions, previous });
}

interface RowParts extends Pick<ApprovalViewParts, "remaining" | "revisions" | "previous" | "maxVotes"> {
  readonly manifest: Manifest | undefined;
}

function viewWith(context: GatewayContext, row: ApprovalDetailRow, { manifest, ...parts }: RowParts): ApprovalView {
  return viewApproval(row, {
    ...parts,
    title: manifest?.title,
    description: manifest?.description,
    risk: manifest?.risk ?? "high",
    redact: context.redact,
    secretFields: manifest?.secretFields ?? [],
    temporalUiUrl: context.runs.uiUrl({ tenant: row.tenant, id: row.invocation }, row.temporal_run_id ?? undefined),
  });
}
