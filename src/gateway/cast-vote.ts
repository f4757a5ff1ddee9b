import type { ApprovalView } from "../contract/approval.ts";
import type { InvocationRef, VoteId } from "../contract/ids.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { parseInvocationId } from "../core/ids.ts";
import type { JudgedVote } from "../store/vote-lookups.ts";
import type { GatewayContext } from "./context.ts";
import type { AddressedBallot, Caller, VoteAnswer } from "./gateway.ts";
import { readApprovalView } from "./read-approvals.ts";
import { readBallot } from "./read-ballot.ts";
import { notFound } from "./read-invocations.ts";
import { receiveVote } from "./receive-vote.ts";
import { createSharedCalls, type SharedCalls } from "./shared-calls.ts";
import { describeCode, showsApproval, type VoteRefusal } from "./vote-refusals.ts";

/** How long a vote's caller waits for the judgement before hearing that the vote is kept (HTTP 202). */
const JUDGEMENT_WAIT_MS = 3_000;

/** Where votes are handed in: what many voters on one approval need at the same time is done once for all of them. */
export interface VotingDesk {
  readonly context: GatewayContext;
  /** Wakes the run: one signal is enough for all votes that were kept before it. Never rejects. */
  readonly wakes: SharedCalls<VoteId, void>;
  /** Which of the votes are judged by now. */
  readonly judgements: SharedCalls<VoteId, ReadonlyMap<VoteId, JudgedVote>>;
  /** The approval as everybody sees it. */
  readonly views: SharedCalls<undefined, ApprovalView>;
}

/** A vote that is kept. `isNew` is false when an earlier request had handed in the same. */
export interface KeptVote {
  readonly ref: InvocationRef;
  readonly voteId: VoteId;
  readonly isNew: boolean;
}

/** A desk of this process. */
export function createVotingDesk(context: GatewayContext): VotingDesk {
  return {
    context,
    wakes: createSharedCalls((ref, votes) => wake(context, ref, votes)),
    judgements: createSharedCalls((ref, votes) => context.store.votes.listJudged(ref.tenant, votes)),
    views: createSharedCalls((ref) => readApprovalView(context, ref)),
  };
}

/**
 * Keeps a vote as a row with its MAC, if it can count as far as the door can tell. The permission to vote is not looked at.
 * @throws not_found, and the code of a refusal with the approval where the voter may see it
 */
export async function handInVote(desk: VotingDesk, caller: Caller, ballot: AddressedBallot): Promise<KeptVote> {
  const id = parseInvocationId(ballot.id);
  if (id === undefined) throw notFound();
  const ref: InvocationRef = { tenant: caller.principal.tenant, id };
  const received = await receiveVote(desk.context, caller, readBallot(desk.context, ref, ballot));
  switch (received.kind) {
    case "absent":
      throw notFound();
    case "refused":
      throw await createRefusal(desk, ref, received.refusal);
    case "kept":
      return { ref, voteId: received.voteId, isNew: received.isNew };
  }
}

/**
 * Wakes the run and waits until the vote is judged, or long enough.
 * @throws the code with which the run refused the vote
 */
export async function answerVote(desk: VotingDesk, { ref, voteId, isNew }: KeptVote): Promise<VoteAnswer> {
  const known = isNew ? undefined : (await desk.judgements.join(ref, voteId)).get(voteId);
  const judged = known ?? (await awaitJudgement(desk, ref, voteId));
  if (judged?.state === "refused") throw await createRefusal(desk, ref, describeCode(judged.code ?? "internal"));
  return { approval: await desk.views.join(ref, undefined), confirmed: judged !== undefined };
}

async function awaitJudgement(desk: VotingDesk, ref: InvocationRef, voteId: VoteId): Promise<JudgedVote | undefined> {
  let judged: JudgedVote | undefined;
  // Another vote's signal may have brought this one before its judges already, so the first look is worth it.
  const waiting = desk.context.waiter.wait({
    ref,
    about: "votes",
    timeoutMs: JUDGEMENT_WAIT_MS,
    look: async () => {
      judged = (await desk.judgements.join(ref, voteId)).get(voteId);
      return judged !== undefined;
    },
  });
  // Not waited for: without Temporal the vote is kept all the same.
  void desk.wakes.join(ref, voteId);
  await waiting;
  return judged;
}

async function wake({ runs, log }: GatewayContext, ref: InvocationRef, [first]: readonly VoteId[]): Promise<void> {
  if (first === undefined) return;
  await runs.wake(ref, first).catch((error: unknown) => {
    // The votes are kept: the relay wakes the run again, and the deadline's own look judges them at the latest.
    log("warn", "Could not wake the run, the relay will", { invocation: ref.id, error });
  });
}

async function createRefusal(desk: VotingDesk, ref: InvocationRef, refusal: VoteRefusal): Promise<CountersignError> {
  const { code, message, details } = refusal;
  if (!showsApproval(refusal)) return new CountersignError(code, message);
  const approval = await desk.views.join(ref, undefined);
  const resolution = approval.resolution === undefined ? {} : { resolution: approval.resolution };
  return new CountersignError(code, message, { details: { ...details, approval, ...resolution } });
}
