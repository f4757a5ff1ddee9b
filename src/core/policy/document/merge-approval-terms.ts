import type { ApprovalStage, ApprovalTerms, Escalation } from "../../../contract/approval-terms.ts";
import { withRequester } from "./approval-values.ts";
import { freezeDeep } from "./freeze-deep.ts";
import { isSameValue } from "./is-same-value.ts";
import { overlaps } from "./pointers.ts";

/**
 * Terms that satisfy both. Two single stages with approvers in common become one, whose people and times are those that both let
 * vote; any others are asked one after the other, the first terms' stages first, and stages that the other terms have, too, only once.
 * A reason must be of every form that one of the two asks for.
 */
export function mergeApprovalTerms(
  first: Readonly<ApprovalTerms>,
  second: Readonly<ApprovalTerms>,
): Readonly<ApprovalTerms> {
  if (first === second) return first;
  const executeByMs = lower(first.executeByMs, second.executeByMs);
  const edit = mergeEditable(first.edit, second.edit);
  return freezeDeep({
    stages: mergeStages(first.stages, second.stages),
    decideByMs: Math.min(first.decideByMs, second.decideByMs),
    ...(executeByMs === undefined ? {} : { executeByMs }),
    exclude: withRequester([...first.exclude, ...second.exclude]),
    ...mergeReasons(first, second),
    ...(edit === undefined ? {} : { edit }),
    onDrift: first.onDrift === "deny" ? "deny" : second.onDrift,
  });
}

type Stages = ApprovalTerms["stages"];

function mergeStages(first: Stages, second: Stages): Stages {
  if (includesAll(first, second)) return first;
  if (includesAll(second, first)) return second;
  const [left, ...others] = first;
  const [right, ...rest] = second;
  const isSingle = left !== undefined && right !== undefined && others.length === 0 && rest.length === 0;
  return (isSingle ? mergeStage(left, right) : undefined) ?? [...first, ...second];
}

/** Whether every stage of one list is in the other, in their order. */
function includesAll(stages: Stages, others: Stages): boolean {
  let at = 0;
  return others.every((other) => {
    const found = stages.slice(at).findIndex((stage) => isSameValue(stage, other));
    at += found + 1;
    return found !== -1;
  });
}

/** One stage for two; undefined where they have no approver in common. */
function mergeStage(left: ApprovalStage, right: ApprovalStage): [ApprovalStage] | undefined {
  const approvers = left.approvers.filter((approver) => right.approvers.includes(approver));
  if (approvers.length === 0) return undefined;
  const name = left.name ?? right.name;
  const decideByMs = lower(left.decideByMs, right.decideByMs);
  const remindEveryMs = lower(left.remindEveryMs, right.remindEveryMs);
  const escalate = mergeEscalations(left, right);
  const stage = {
    ...(name === undefined ? {} : { name }),
    approvers,
    approve: Math.max(left.approve, right.approve),
    deny: Math.min(left.deny, right.deny),
    ...(decideByMs === undefined ? {} : { decideByMs }),
    ...(remindEveryMs === undefined ? {} : { remindEveryMs }),
    ...(escalate.length === 0 ? {} : { escalate }),
  };
  return [stage];
}

/** At every instant only those may vote whom both let vote by then; whoever one of them tells is told. */
function mergeEscalations(left: ApprovalStage, right: ApprovalStage): Escalation[] {
  const all = [...(left.escalate ?? []), ...(right.escalate ?? [])];
  const instants = [...new Set(all.map(({ afterMs }) => afterMs))].sort((one, other) => one - other);
  return instants.flatMap((afterMs) => {
    const due = all.filter((each) => each.afterMs === afterMs);
    const named = new Set(due.flatMap(({ to }) => to));
    const to = [...named].filter((name) => Math.max(sinceMs(left, name), sinceMs(right, name)) === afterMs);
    const notify = [...new Set(due.flatMap((each) => each.notify))];
    return to.length === 0 && notify.length === 0 ? [] : [{ afterMs, to, notify }];
  });
}

/** Milliseconds after a stage's opening from which it lets approvers of this name vote; infinite for never. */
function sinceMs({ approvers, escalate = [] }: ApprovalStage, name: string): number {
  if (approvers.includes(name)) return 0;
  return Math.min(Infinity, ...escalate.filter(({ to }) => to.includes(name)).map(({ afterMs }) => afterMs));
}

type Reasons = Pick<ApprovalTerms, "requireReason" | "reasonPattern">;

function mergeReasons(first: Reasons, second: Reasons): Reasons {
  const needs = [first.requireReason, second.requireReason];
  const reasonPattern = [...new Set([...(first.reasonPattern ?? []), ...(second.reasonPattern ?? [])])];
  return {
    requireReason: needs.includes(true) || (needs.includes("on_reject") && "on_reject"),
    ...(reasonPattern.length === 0 ? {} : { reasonPattern }),
  };
}

/** Fields that both let people change: of two, one inside the other, the inner one. */
function mergeEditable(first: ApprovalTerms["edit"], second: ApprovalTerms["edit"]): ApprovalTerms["edit"] {
  if (first === undefined || second === undefined) return undefined;
  const inner = first.allow.flatMap((left) =>
    second.allow.filter((right) => overlaps(left, right)).map((right) => (left.length > right.length ? left : right)),
  );
  return inner.length === 0 ? undefined : { allow: [...new Set(inner)] };
}

function lower(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined) return right;
  return right === undefined ? left : Math.min(left, right);
}
