import type { InputChange } from "../src/contract/approval.ts";
import type { SanitizedPlaces } from "../src/contract/policy.ts";
import type { Step } from "../src/contract/run.ts";
import { diffInputs } from "../src/core/approval/difference.ts";
import { applyLimits } from "./apply-limits.ts";
import { useGrants } from "./approvals/use-grants.ts";
import type { Deciding } from "./deciding.ts";
import { denied, judgeCall, type Judgement } from "./judge-call.ts";
import { changeInput, reviseInput, type Revision } from "./revise-input.ts";
import type { BegunAttempt } from "./start-attempt.ts";

/**
 * Asks policy, grants and guards about a call and records what comes of it. Policy is asked about the input as people sent and edited
 * it, never about what it made of it itself: or what it took out would be missed the next time that it is asked.
 */
export async function decideCall(deciding: Deciding): Promise<Step | BegunAttempt> {
  const { row, action, inForce, later } = deciding;
  const judged = later?.judged ?? row.judged;
  const { verdict, ...revised } = await changeByPolicy(
    deciding,
    judged,
    judgeCall({ ...row, judged }, action, inForce),
  );
  const decided = { ...deciding, ...revised };
  return applyLimits(decided, await useGrants(decided, verdict));
}

/** The row with its input as policy wants it. An input that can't be changed so, or that its action wouldn't take then, must not run as it was sent. */
async function changeByPolicy(
  deciding: Deciding,
  judged: string,
  { verdict, terms }: Judgement,
): Promise<Pick<Deciding, "row" | "changes"> & Pick<Judgement, "verdict">> {
  const { row, action, knowledge, later } = deciding;
  const change = terms && changeInput(judged, terms);
  if (change === undefined)
    return later === undefined ? { row, verdict } : { ...(await revise(deciding, { judged })), verdict };
  const fault = "fault" in change ? change.fault : knowledge.checkInput(action, change.input);
  if ("fault" in change || fault !== undefined)
    return { row, verdict: denied(verdict, `Policy wants the input changed, and then: ${fault?.message ?? ""}`) };
  const revised = await revise(deciding, { judged, input: change.input, places: change.changed });
  return { ...revised, verdict: { ...verdict, sanitized: change.changed } };
}

/** An input for the next round. */
interface NextInput {
  readonly judged: string;
  /** As policy wants it; absent where that is no other one. */
  readonly input?: string;
  readonly places?: SanitizedPlaces;
}

function revise(
  { ports, tx, row, action, inForce, later }: Deciding,
  { judged, input = judged, places }: NextInput,
): Promise<Pick<Deciding, "row" | "changes">> {
  const made: Pick<Revision, "author" | "difference" | "actionVersion"> =
    later === undefined
      ? { author: `policy ${inForce?.version ?? "none"}`, difference: () => pointersOf(places) }
      : {
          author: later.author,
          actionVersion: later.actionVersion,
          difference: (view) =>
            diffInputs(JSON.parse(row.input), JSON.parse(input), { before: JSON.parse(row.input_view), after: view }),
        };
  return reviseInput(ports, { tx, row, action }, { input, judged, ...made });
}

/** Of what policy took out nothing is told but where it stood. */
function pointersOf(places: SanitizedPlaces | undefined): InputChange[] {
  return places === undefined
    ? []
    : [...places.set, ...places.removed, ...places.masked].map((pointer) => ({ pointer }));
}
