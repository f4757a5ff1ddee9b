import type { ApprovalStage, ApprovalTerms } from "../../../src/contract/approval-terms.ts";
import { advanceApproval } from "../../../src/core/approval/advance.ts";
import { openingProgress } from "../../../src/core/approval/clocks.ts";
import type {
  ApprovalEvents,
  ApprovalState,
  Happening,
  IsApprover,
  ReceivedVote,
  RequestedCancel,
} from "../../../src/core/approval/state.ts";

/** The one instant that these tests count from. */
export const OPENED_AT_MS = Date.parse("2026-01-02T03:04:05.000Z");
/** Until when votes count. */
export const DECIDE_BY_AT_MS = OPENED_AT_MS + 60_000;

/** What the people of these tests have, besides their own names. */
export const PEOPLE: Readonly<Record<string, readonly string[]>> = {
  ada: ["group:finance"],
  ben: ["group:finance"],
  cleo: ["group:finance", "group:legal"],
  dora: ["group:legal"],
  eve: ["role:lead"],
  agent: ["group:finance", "group:legal"],
  helper: ["group:finance"],
};

/** What a directory of these people answers. */
export function directoryOf(people: Readonly<Record<string, readonly string[]>> = PEOPLE): IsApprover {
  return (approvers, subject) =>
    [`user:${subject}`, ...(people[subject] ?? [])].some((name) => approvers.includes(name));
}

/** The directory once these people have lost every role and group. */
export function directoryWithout(...subjects: readonly string[]): IsApprover {
  return directoryOf({ ...PEOPLE, ...Object.fromEntries(subjects.map((subject) => [subject, []])) });
}

/** A stage that one approval or one rejection out of finance ends, changed as a test needs it. */
export function stageWith(change: Partial<ApprovalStage> = {}): ApprovalStage {
  return { approvers: ["group:finance"], approve: 1, deny: 1, ...change };
}

/** Terms of one such stage, changed as a test needs them. */
export function termsWith(change: Partial<ApprovalTerms> = {}): ApprovalTerms {
  return {
    stages: [stageWith()],
    decideByMs: 60_000,
    exclude: ["requester"],
    requireReason: false,
    onDrift: "ask_again",
    ...change,
  };
}

/** An approval that nobody has voted on, asked for by `agent` through `helper`. */
export function openApproval(terms: Partial<ApprovalTerms> = {}): ApprovalState {
  return {
    round: 1,
    digest: "d1",
    requesters: ["agent", "helper"],
    terms: termsWith(terms),
    openedAtMs: OPENED_AT_MS,
    decideByAtMs: DECIDE_BY_AT_MS,
    progress: openingProgress(OPENED_AT_MS),
    counted: [],
    resolution: undefined,
  };
}

/** An approval of one stage, changed as a test needs it. */
export function openStage(change: Partial<ApprovalStage> = {}): ApprovalState {
  return openApproval({ stages: [stageWith(change)] });
}

/** Finance, then legal, one approval each. */
export function openTwoStages(
  { first = {}, second = {} }: { first?: Partial<ApprovalStage>; second?: Partial<ApprovalStage> } = {},
  terms: Partial<ApprovalTerms> = {},
): ApprovalState {
  return openApproval({
    stages: [
      stageWith({ name: "finance", ...first }),
      stageWith({ name: "legal", approvers: ["group:legal"], ...second }),
    ],
    ...terms,
  });
}

/** A vote that counts on {@link openApproval}: an authentic approval by somebody of finance, a second after it was opened. */
export function voteOf(change: Partial<ReceivedVote> = {}): ReceivedVote {
  return {
    id: "vote_1",
    voter: "ada",
    decision: "approve",
    reason: undefined,
    round: 1,
    digest: "d1",
    stage: 0,
    madeAtMs: OPENED_AT_MS + 1_000,
    authentic: true,
    ...change,
  };
}

/** Votes by these people one after the other, a millisecond apart; `no ada` rejects. */
export function votesBy(...words: readonly string[]): ReceivedVote[] {
  return words.map((word, index) => {
    const voter = word.replace("no ", "");
    const decision = word === voter ? "approve" : "reject";
    return voteOf({ id: `${voter}_${index + 1}`, voter, decision, madeAtMs: OPENED_AT_MS + 1_000 + index });
  });
}

/** A cancel by the actor. */
export function cancelOf(change: Partial<RequestedCancel> = {}): RequestedCancel {
  return { atMs: OPENED_AT_MS + 2_000, by: "agent", reason: "Changed my mind", ...change };
}

/** Events that were looked at five seconds after the approval was opened, unless told. */
export function eventsOf(change: Partial<ApprovalEvents> = {}): ApprovalEvents {
  return { votes: [], cancel: undefined, nowMs: OPENED_AT_MS + 5_000, isApprover: directoryOf(), ...change };
}

/** The state after a look. */
export function stateAfter(start: ApprovalState, change: Partial<ApprovalEvents>): ApprovalState {
  return advanceApproval(start, eventsOf(change)).state;
}

/** What a look made happen. */
export function happeningsAfter(start: ApprovalState, change: Partial<ApprovalEvents>): readonly Happening[] {
  return advanceApproval(start, eventsOf(change)).happenings;
}
