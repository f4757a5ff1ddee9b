import type { ApprovalTerms } from "../../../contract/approval-terms.ts";
import type { Cursor } from "../document/cursor.ts";
import { parseDurationMs } from "../document/durations.ts";
import { listItems, listMembers, listScalars, memberOf } from "./rule-source.ts";

/** A clock of an approval that means nothing. */
export interface IdleClock {
  /** Where it stands. */
  readonly cursor: Cursor;
  /** For people. */
  readonly message: string;
}

const REMINDER = "Nobody is ever reminded: the time is over by then";
const ESCALATION = "This never happens: the time is over by then";
const LONG_STAGE = "This is longer than all stages together may take";

/** Clocks of an approval that come too late to do anything, each where it stands. */
export function findIdleClocks(approval: Cursor, { decideByMs }: Readonly<ApprovalTerms>): readonly IdleClock[] {
  const list = memberOf(approval, "stages");
  const stages = list === undefined ? [approval] : listItems(list);
  return stages.flatMap((stage) => {
    const [reminders, limits] = [clocksAt(stage, "remind_every"), clocksAt(stage, "decide_by")];
    const escalations = listMembers(stage)
      .filter(([key]) => key === "escalate")
      .flatMap(([, escalate]) => listItems(escalate).flatMap((each) => clocksAt(each, "after")));
    const endMs = Math.min(decideByMs, ...limits.map(({ clockMs }) => clockMs));
    return [
      ...limits.filter(({ clockMs }) => clockMs > decideByMs).map(({ cursor }) => ({ cursor, message: LONG_STAGE })),
      ...reminders.filter(({ clockMs }) => clockMs >= endMs).map(({ cursor }) => ({ cursor, message: REMINDER })),
      ...escalations.filter(({ clockMs }) => clockMs >= endMs).map(({ cursor }) => ({ cursor, message: ESCALATION })),
    ];
  });
}

/** The clock under a key of a mapping; none where there is no such key. */
function clocksAt(cursor: Cursor, key: string): readonly { readonly cursor: Cursor; readonly clockMs: number }[] {
  const members = listMembers(cursor).filter(([name]) => name === key);
  return members.map(([, member]) => {
    const [text] = listScalars(member);
    return { cursor: member, clockMs: Number(parseDurationMs(String(text))) };
  });
}
