import type { InvocationRef } from "../../src/contract/ids.ts";
import type { Step } from "../../src/contract/run.ts";
import { advanceApproval } from "../../src/core/approval/advance.ts";
import { readKeptEdit } from "../../src/core/approval/kept-vote.ts";
import { approvalStateOf } from "../../src/core/approval/read-approval.ts";
import { shownPlaces } from "../../src/core/approval/shown-places.ts";
import type { AdvancedApproval, RequestedCancel, ResolvedApproval } from "../../src/core/approval/state.ts";
import { isClosed } from "../../src/core/invocation.ts";
import { isAuthenticVote } from "../../src/core/vote-mac.ts";
import type { AuditEntry } from "../../src/store/audit.ts";
import type { LockedInvocation } from "../../src/store/invocations.ts";
import type { VoteRow } from "../../src/store/votes.ts";
import { assertOwnVersion } from "../assert-own-version.ts";
import { closeRow } from "../close-row.ts";
import { countingRefusals } from "../counting-refusals.ts";
import type { Deciding } from "../deciding.ts";
import { createKnowledge } from "../knowledge.ts";
import type { ActivityPorts } from "../ports.ts";
import { requireAction, requireRow } from "../require.ts";
import { closedStep, executeStep, releaseOf, waitStep } from "../steps.ts";
import { askAgain } from "./ask-again.ts";
import { findDrift } from "./find-drift.ts";
import { createIsApprover, editInput, receivedVote } from "./judge-votes.ts";
import { type LockedApproval, recordHappenings } from "./record-happenings.ts";
import { errorOf, recordResolution } from "./record-resolution.ts";
import { reopen } from "./reopen.ts";
import { standingStep } from "./standing-step.ts";

/**
 * Judges every vote that was received, the cancel if there is one, and the clock, and records what came of it in one transaction.
 * Runs when the run was woken and when its timer fired; running twice changes nothing.
 * @param options.canceled the run itself was asked to stop; without a cancel in the store, somebody did so in the Temporal UI
 */
export async function recordVotes(
  ports: ActivityPorts,
  ref: InvocationRef,
  { canceled }: { readonly canceled: boolean },
): Promise<Step> {
  const { redact, signingKey } = ports;
  const knowledge = createKnowledge(ports, ref.tenant);
  // So that the transaction needs no second run. What can't be found out now is missed only if it is needed.
  await knowledge.meet(await ports.store.votes.listVoters(ref)).catch(() => undefined);
  return countingRefusals(ports, async ({ onStart, onRefused }) => {
    const inForce = await ports.policies.inForce(ref.tenant);
    return ports.store.transaction(async (tx) => {
      onStart();
      const row = requireRow(await tx.invocations.lock(ref));
      if (isClosed(row.status)) return closedStep(row);
      await assertOwnVersion(ports, tx, row);
      const locked = await tx.approvals.lock(ref);
      if (locked === undefined) throw new Error("A run waits for people without an approval");
      const votes = await tx.votes.listOfRound(ref, locked.approval.round);
      const options = { temporalRunId: row.temporal_run_id ?? "", onRefused };
      const deciding: Deciding = {
        ...{ ports, tx, row, inForce, knowledge, options },
        // A cancel and the clock end what waits for an action that no worker has any more.
        get action() {
          return requireAction(ports, row.action);
        },
      };
      return judge(deciding, { tx, row, ...locked, votes, redact, signingKey }, canceled);
    });
  });
}

async function judge(deciding: Deciding, locked: LockedApproval, canceled: boolean): Promise<Step> {
  const { ports, tx, row } = deciding;
  const { approval, votes, nowMs } = locked;
  if (approval.status !== "pending") return standingStep(ports, tx, row);
  // A forged row that says it was counted is none; one that says it was received is judged, so that the record names it.
  const standing = votes.filter((vote) => vote.state === "counted" && isAuthenticVote(ports.signingKey, vote));
  const state = approvalStateOf(approval, standing);
  const cancel = cancelOf(row, canceled);
  const advanced = advanceApproval(state, {
    votes: votes.filter((vote) => vote.state === "received").map((vote) => receivedVote(deciding, vote)),
    cancel,
    nowMs,
    // Once it is canceled it doesn't matter who anybody is, and nobody has to be asked.
    isApprover: cancel === undefined ? createIsApprover(deciding) : () => true,
  });
  const events = await recordHappenings(locked, advanced.state, advanced.happenings);
  const edited = advanced.happenings.find((happening) => happening.kind === "edited");
  if (edited !== undefined) return openEdited(deciding, locked, { vote: edited.vote, events });
  const { resolution } = advanced.state;
  const counted = countedVotes(standing, advanced);
  if (resolution !== undefined) return resolve(deciding, locked, { resolution, counted, events });
  if (events.length > 0) await deciding.tx.audit.append(row.tenant, events);
  return waitStep(row, advanced.state, nowMs);
}

/** Opens the round of an edited input: whoever edited it can't approve it. */
async function openEdited(
  deciding: Deciding,
  { approval, votes }: LockedApproval,
  { vote, events }: { readonly vote: string; readonly events: readonly AuditEntry[] },
): Promise<Step> {
  const editor = votes.find((candidate) => candidate.id === vote);
  const edit = editor && readKeptEdit(editor.edit);
  const judged = edit && editInput(deciding, edit);
  if (editor === undefined || edit === undefined || judged === undefined)
    throw new Error("An edit was counted that can't be made");
  return reopen(deciding, approval, {
    events,
    because: `${editor.voter} changed ${shownPlaces(deciding.ports.redact, Object.keys(edit)).join(", ")}`,
    requesters: [...new Set([...approval.requesters, editor.voter])],
    author: `approver ${editor.voter}`,
    judged,
  });
}

/** What an approval came to. */
interface Resolving {
  readonly resolution: ResolvedApproval;
  readonly counted: ReadonlySet<string>;
  readonly events: readonly AuditEntry[];
}

async function resolve(deciding: Deciding, locked: LockedApproval, resolving: Resolving): Promise<Step> {
  const { tx, row } = deciding;
  const { resolution, counted, events } = resolving;
  const { status } = resolution;
  const drift = status === "approved" ? findDrift(deciding) : undefined;
  if (drift !== undefined) return askAgain(deciding, locked.approval, { ...drift, events });
  const resolved = await recordResolution(locked, resolution, counted);
  if (status !== "approved")
    return closeRow(tx, row, { status, error: errorOf(resolution, status), events: [...events, ...resolved] });
  await tx.audit.append(row.tenant, [...events, ...resolved]);
  return executeStep(row, deciding.action, releaseOf(resolution, locked.nowMs));
}

/** Votes that count by now: those of stages before, and what this look made of those of the open one. */
function countedVotes(standing: readonly VoteRow[], { happenings }: AdvancedApproval): ReadonlySet<string> {
  const counted = new Set<string>(standing.map((vote) => vote.id));
  for (const happening of happenings) {
    if (happening.kind === "lapsed") counted.delete(happening.vote);
    if (happening.kind !== "counted") continue;
    counted.add(happening.vote);
    if (happening.replaces !== undefined) counted.delete(happening.replaces);
  }
  return counted;
}

function cancelOf(row: LockedInvocation, canceled: boolean): RequestedCancel | undefined {
  if (row.cancel_at !== null)
    return { atMs: row.cancel_at, by: row.cancel_by ?? undefined, reason: row.cancel_reason ?? undefined };
  return canceled ? { atMs: row.now, by: undefined, reason: "Canceled in Temporal" } : undefined;
}
