import type { EditRequest } from "../contract/approval.ts";
import type { ApprovalTerms } from "../contract/approval-terms.ts";
import type { InvocationRef } from "../contract/ids.ts";
import { applyEdit } from "../core/approval/apply-edit.ts";
import type { Approver } from "../core/approval/eligibility.ts";
import { type KeptRequest, requestOf } from "../core/approval/request-of.ts";
import { approverSearchOf, limitElectorate, findShortage, SEARCHED_APPROVERS } from "../core/approval/shortage.ts";
import { canonicalJson } from "../core/canonical.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { valueAt } from "../core/guards/value-at.ts";
import type { ApprovalRow } from "../store/approvals.ts";
import type { TransactionTables } from "../store/store.ts";
import type { GatewayContext } from "./context.ts";

/** The round that an edit is for, and the people whom its terms may mean. */
export interface EditedRound {
  readonly digest: string;
  readonly people: readonly Approver[];
  /** False when there are more than were looked at. */
  readonly isComplete: boolean;
}

/** Finds who might approve the edited input, before any transaction: the people may be kept elsewhere. None without an approval. */
export async function lookAround(
  { store, directory }: GatewayContext,
  ref: InvocationRef,
): Promise<EditedRound | undefined> {
  const approval = (await store.approvals.findMany(ref.tenant, [ref.id])).get(ref.id);
  if (approval === undefined) return undefined;
  const names = approverSearchOf(JSON.parse(approval.terms) as ApprovalTerms);
  const found = await directory.search(ref.tenant, names, SEARCHED_APPROVERS);
  return { digest: approval.digest, ...limitElectorate(found) };
}

/** An edit that the terms allow, and what it is an edit of. */
export interface AllowedEdit {
  /** Canonical JSON of an {@link EditRequest}. */
  readonly edit: string;
  readonly voter: string;
  readonly approval: ApprovalRow;
  readonly request: KeptRequest;
  readonly round: EditedRound;
}

/**
 * Why an edit can't be taken, without any value of the input: it leads nowhere (`invalid_input`), changes nothing (`invalid_request`),
 * makes an input that the action wouldn't take (`invalid_input`, `too_large`) or one that nobody is left to approve
 * (`unsatisfiable_approval`). `undefined` when it can.
 */
export async function findEditFault(
  { schemas, redact }: GatewayContext,
  tx: TransactionTables,
  allowed: AllowedEdit,
): Promise<CountersignError | undefined> {
  const edit = JSON.parse(allowed.edit) as EditRequest;
  const input = JSON.parse(allowed.request.input) as unknown;
  if (changesNothing(input, edit)) return new CountersignError("invalid_request", "The edit changes nothing");
  const applied = applyEdit(input, edit);
  if ("fault" in applied) return new CountersignError("invalid_input", String(redact(applied.fault)));
  const manifest = await tx.manifests.get(allowed.request.action);
  if (manifest === undefined) return new CountersignError("invalid_input", "The action is published no more");
  try {
    schemas.freezeInput(manifest, applied.input);
  } catch (error) {
    if (error instanceof CountersignError) return error;
    throw error;
  }
  return findNobodyLeft(allowed, applied.input);
}

function changesNothing(input: unknown, edit: EditRequest): boolean {
  return Object.entries(edit).every(([pointer, value]) => {
    const held = valueAt(input, pointer);
    return held !== undefined && canonicalJson(held) === canonicalJson(value);
  });
}

/** Whoever edits an input can't approve it, so somebody else must be left. */
function findNobodyLeft(
  { voter, approval, request, round }: AllowedEdit,
  input: unknown,
): CountersignError | undefined {
  const shortage = findShortage(JSON.parse(approval.terms) as ApprovalTerms, {
    ...{ people: round.people, isComplete: round.isComplete },
    requesters: [...approval.requesters, voter],
    request: { ...requestOf(request), input },
  });
  if (shortage === undefined) return undefined;
  return new CountersignError("unsatisfiable_approval", `Nobody could approve the edited input: ${shortage}`);
}
