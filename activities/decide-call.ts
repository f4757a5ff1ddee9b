import type { Step } from "../src/contract/run.ts";
import { applyLimits } from "./apply-limits.ts";
import { useGrants } from "./approvals/use-grants.ts";
import type { Deciding } from "./deciding.ts";
import { denied, judgeCall, type Judgement } from "./judge-call.ts";
import { changeInput, reviseInput } from "./revise-input.ts";
import type { BegunAttempt } from "./start-attempt.ts";

/** Asks policy, grants and guards about a call's current input and records what comes of it; where policy wants the input changed, of the changed one. */
export async function decideCall(deciding: Deciding): Promise<Step | BegunAttempt> {
  const { row, action, inForce } = deciding;
  const judgement = judgeCall(row, action, inForce);
  const { row: changed, verdict } = await changeByPolicy(deciding, judgement);
  const current = { ...deciding, row: changed };
  return applyLimits(current, await useGrants(current, verdict));
}

/** The row with its input as policy wants it. An input that can't be changed so, or that its action wouldn't take then, must not run as it was sent. */
async function changeByPolicy(
  { tx, row, action, ports, knowledge }: Deciding,
  { verdict, terms }: Judgement,
): Promise<Pick<Deciding, "row"> & Pick<Judgement, "verdict">> {
  if (terms === undefined) return { row, verdict };
  const change = changeInput(row.input, terms);
  const fault = "fault" in change ? change.fault : knowledge.checkInput(action, change.input);
  if ("fault" in change || fault !== undefined)
    return { row, verdict: denied(verdict, `Policy wants the input changed, and then: ${fault?.message ?? ""}`) };
  const sanitized = { ...verdict, sanitized: change.changed };
  // An input that has been changed before, and then edited, may be as policy wants it already.
  if (row.round > 1 && change.input === row.input) return { row, verdict: sanitized };
  const revised = await reviseInput(
    ports,
    { tx, row, action },
    {
      input: change.input,
      author: `policy ${verdict.policyVersion}`,
    },
  );
  return { row: revised, verdict: sanitized };
}
