import type { ApprovalTerms } from "../contract/approval-terms.ts";
import type { PageQuery } from "../contract/invocation.ts";
import type { Page } from "../contract/problem.ts";
import { approverNames, asksByCondition, isEligible } from "../core/approval/eligibility.ts";
import { approvalStateOf } from "../core/approval/read-approval.ts";
import { requestOf } from "../core/approval/request-of.ts";
import type { IsApprover } from "../core/approval/state.ts";
import { everyApprover, mayVote } from "../core/approval/who-may.ts";
import type { ApprovalDetailRow } from "../store/approvals.ts";
import type { GatewayContext } from "./context.ts";
import type { Caller } from "./gateway.ts";
import { permits } from "./permissions.ts";

/** What a list or a look is about: what the caller may see, or what the caller may vote on right now. */
export type Claim = "may_see" | "may_vote";

/** Reads that one page may take beyond the first. Our choice: a page of few matches ends early rather than late, and its cursor goes on. */
const MAX_FURTHER_READS = 5;
/** Rows of each of them. */
const FURTHER_ROWS = 200;

/**
 * Those of the rows that the claim holds for, as the caller's rights are now. Whoever asked for a call, or may vote in any of its stages,
 * by an escalation that is still to come too, may see it. Conditions are held against the real input, which goes nowhere else.
 */
export async function keepVisible(
  context: GatewayContext,
  caller: Caller,
  { rows, claim }: { readonly rows: readonly ApprovalDetailRow[]; readonly claim: Claim },
): Promise<ApprovalDetailRow[]> {
  const { tenant, subject } = caller.principal;
  const asking = rows.filter((row) => asksByCondition(everyApprover(termsOf(row))));
  const inputs = await context.store.approvals.inputsOf(tenant, asking);
  const nowMs = claim === "may_vote" ? await context.store.clock.nowMs() : 0;
  return rows.filter((row) => {
    const isApprover = isApproverOf(caller, row, inputs.get(row.invocation));
    if (claim === "may_vote") return mayVote(approvalStateOf(row, []), { subject, nowMs }, isApprover);
    return row.requesters.includes(subject) || isApprover(everyApprover(termsOf(row)), subject);
  });
}

/** Whether the caller may look at this one: with `audit` at any of the tenant. */
export async function maySee(context: GatewayContext, caller: Caller, row: ApprovalDetailRow): Promise<boolean> {
  if (permits(caller, "audit")) return true;
  return (await keepVisible(context, caller, { rows: [row], claim: "may_see" })).length > 0;
}

/** One page of a list: what to read, and what of it to keep. */
export interface Sieve {
  readonly page: PageQuery;
  readonly read: (page: PageQuery) => Promise<Page<ApprovalDetailRow>>;
  readonly keep: (rows: readonly ApprovalDetailRow[]) => Promise<ApprovalDetailRow[]>;
  /** The cursor to what comes after a row. */
  readonly cursorAfter: (row: ApprovalDetailRow) => string;
}

/**
 * Fills a page with rows that are kept, reading on where too few are; there is a next page where one more is found, or where it would have
 * taken too many reads to find out.
 */
export async function fillPage({ page, read, keep, cursorAfter }: Sieve): Promise<Page<ApprovalDetailRow>> {
  const kept: ApprovalDetailRow[] = [];
  let { cursor } = page;
  let limit = page.limit + 1;
  for (let reads = 0; reads <= MAX_FURTHER_READS; reads += 1) {
    const chunk = await read({ limit, cursor });
    kept.push(...(await keep(chunk.items)));
    const items = kept.slice(0, page.limit);
    const last = items.at(-1);
    if (kept.length > page.limit && last !== undefined) return { items, nextCursor: cursorAfter(last) };
    if (chunk.nextCursor === undefined) return { items };
    cursor = chunk.nextCursor;
    limit = FURTHER_ROWS;
  }
  return { items: kept, ...(cursor === undefined ? {} : { nextCursor: cursor }) };
}

function termsOf({ terms }: ApprovalDetailRow): ApprovalTerms {
  return JSON.parse(terms) as ApprovalTerms;
}

/** Holds the caller's own rights against approvers; without the input only by name. */
function isApproverOf({ principal }: Caller, row: ApprovalDetailRow, input: string | undefined): IsApprover {
  const names = approverNames(principal);
  if (input === undefined) return (approvers) => names.some((name) => approvers.includes(name));
  const request = requestOf({ ...row, input });
  return (approvers) => isEligible(approvers, principal, request);
}
