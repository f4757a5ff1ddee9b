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
import { fillPage, keepVisible, maySee } from "./visible-approvals.ts";

/** Votes that a list shows of each approval, the newest. Our choice: whoever wants all of them looks at the one. */
const MAX_LISTED_VOTES = 50;

/** What a list is asked for. */
interface ListQuery {
  readonly filter: ApprovalFilter;
  readonly page: PageQuery;
}

/** The view of an approval that is known to exist, as everybody sees it who may see it: without the request before. */
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
  return viewRow(context, row, caller);
}

/** Newest first, under the same visibility; with `eligible` only those that the caller may vote on right now. */
export async function listApprovals(
  context: GatewayContext,
  caller: Caller,
  query: ListQuery,
): Promise<Page<ApprovalView>> {
  await assertMayLook(context, caller);
  const page = await readPage(context, caller, query);
  const { manifests } = context.store;
  const current = new Map((await manifests.list()).map((manifest) => [manifest.name, manifest]));
  const versions = await readVersions(context, page.items, current);
  const items = page.items.map((row) => {
    const known = { manifest: current.get(row.action), version: versions.get(versionKey(row)) };
    return viewWith(context, row, { ...known, maxVotes: MAX_LISTED_VOTES });
  });
  return { ...page, items };
}

/** The actions as the calls were decided for them, each looked up once, and not at all where it is the current one. */
async function readVersions(
  { store }: GatewayContext,
  rows: readonly ApprovalDetailRow[],
  current: ReadonlyMap<string, Manifest>,
): Promise<ReadonlyMap<string, Manifest | undefined>> {
  const wanted = new Map(rows.map((row) => [versionKey(row), row]));
  const read = async ([key, { action, action_version: version }]: readonly [string, ApprovalDetailRow]) => {
    const manifest = current.get(action);
    return [key, manifest?.version === version ? manifest : await store.manifests.getVersion(action, version)] as const;
  };
  return new Map(await Promise.all([...wanted].map(read)));
}

function versionKey({ action, action_version }: ApprovalDetailRow): string {
  return `${action} ${action_version}`;
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

/** @param reader absent for a view that is shared: the request before is left out then */
async function viewRow(context: GatewayContext, row: ApprovalDetailRow, reader?: Caller): Promise<ApprovalView> {
  const { store } = context;
  const ref = { tenant: row.tenant, id: row.invocation };
  const [manifest, version, remaining, revisions, previous] = await Promise.all([
    store.manifests.get(row.action),
    store.manifests.getVersion(row.action, row.action_version),
    readRemaining(store, ref),
    store.approvals.revisions(ref),
    reader === undefined ? undefined : readPrevious(context, reader, ref),
  ]);
  return viewWith(context, row, { manifest, version, remaining, revisions, previous });
}

/** The request before, if its terms let the reader see it: who may look at one of an actor's requests may not look at all of them. */
async function readPrevious(
  context: GatewayContext,
  reader: Caller,
  ref: InvocationRef,
): Promise<ApprovalViewParts["previous"]> {
  const { approvals } = context.store;
  const previous = await approvals.previous(ref);
  if (previous === undefined) return undefined;
  const row = await approvals.get({ tenant: ref.tenant, id: previous.invocation });
  return row !== undefined && (await maySee(context, reader, row)) ? previous : undefined;
}

interface RowParts extends Pick<ApprovalViewParts, "remaining" | "revisions" | "previous" | "maxVotes"> {
  /** The action as it is published now. */
  readonly manifest: Manifest | undefined;
  /** The action as the call was decided for it. */
  readonly version: Manifest | undefined;
}

function viewWith(
  context: GatewayContext,
  row: ApprovalDetailRow,
  { manifest, version, ...parts }: RowParts,
): ApprovalView {
  return viewApproval(row, {
    ...parts,
    title: manifest?.title,
    description: manifest?.description,
    risk: manifest?.risk ?? "high",
    redact: context.redact,
    // The call may have moved on to another version than the one that a superseded round was about.
    secretFields: row.status === "superseded" ? undefined : version?.secretFields,
    temporalUiUrl: context.runs.uiUrl({ tenant: row.tenant, id: row.invocation }, row.temporal_run_id ?? undefined),
  });
}
