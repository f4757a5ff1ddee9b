import type { ApprovalTerms } from "../../../src/contract/approval-terms.ts";
import type { Decision } from "../../../src/contract/approval.ts";
import { advanceApproval } from "../../../src/core/approval/advance.ts";
import { nextChangeAtMs, openingProgress } from "../../../src/core/approval/clocks.ts";
import { approvalStateOf, type KeptApproval, type KeptVote } from "../../../src/core/approval/read-approval.ts";
import { refuseVote } from "../../../src/core/approval/refuse-vote.ts";
import type {
  ApprovalState,
  Happening,
  IsApprover,
  ReceivedVote,
  RequestedCancel,
} from "../../../src/core/approval/state.ts";
import { directoryOf, OPENED_AT_MS, PEOPLE } from "./events.ts";

/** More looks than any script and any clock of these tests need. */
const MAX_LOOKS = 1_000;

/** One thing that happens around an approval. */
export type Step =
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "vote"; readonly voter: string; readonly decision: Decision; readonly edits?: readonly string[] }
  /** A row that came past the door; one without a valid MAC says that it is so old. */
  | { readonly kind: "row"; readonly vote: Omit<ReceivedVote, "id" | "madeAtMs">; readonly ageMs: number }
  | { readonly kind: "role"; readonly subject: string; readonly name: string; readonly has: boolean }
  | { readonly kind: "cancel" }
  | { readonly kind: "look" };

/** Terms and what happens, in order. */
export interface Script {
  readonly terms: ApprovalTerms;
  readonly steps: readonly Step[];
}

/** One look at the approval. */
export interface Look {
  readonly before: ApprovalState;
  readonly after: ApprovalState;
  readonly votes: readonly ReceivedVote[];
  readonly happenings: readonly Happening[];
  readonly nowMs: number;
  readonly isApprover: IsApprover;
}

/** How {@link playOut} hands a look its votes. */
type Order = (votes: readonly ReceivedVote[]) => readonly ReceivedVote[];

/** What is kept between looks, and the world around. */
interface World {
  nowMs: number;
  kept: KeptApproval;
  rows: Map<string, { vote: ReceivedVote; state: KeptVote["state"] }>;
  people: Record<string, readonly string[]>;
  cancel: RequestedCancel | undefined;
  looks: Look[];
}

/** Plays a script and then lets the clock run until nothing changes any more. Between looks the state is only what a store keeps of it. */
export function playOut({ terms, steps }: Script, order: Order = (votes) => votes): readonly Look[] {
  const world = createWorld(terms);
  for (const step of steps) if (!isEdited(world)) takeStep(world, step, order);
  if (!isEdited(world)) look(world, order);
  for (let at = nextAtMs(world); at !== undefined; at = nextAtMs(world)) {
    world.nowMs = at;
    look(world, order);
    if (world.looks.length > MAX_LOOKS) throw new Error("The approval never ends by itself");
  }
  return world.looks;
}

/** The votes that the looks of a play judged, by id. */
export function votesOf(looks: readonly Look[]): ReadonlyMap<string, ReceivedVote> {
  return new Map(looks.flatMap(({ votes }) => votes.map((vote) => [vote.id, vote])));
}

/** What a store would give back of the world's approval. */
function readBack({ kept, rows }: World): ApprovalState {
  const votes = [...rows.values()].toSorted(
    ({ vote: one }, { vote: other }) => one.madeAtMs - other.madeAtMs || (one.id < other.id ? -1 : 1),
  );
  return approvalStateOf(
    kept,
    votes.map(({ vote, state }) => ({ ...vote, state })),
  );
}

function createWorld(terms: ApprovalTerms): World {
  const kept: KeptApproval = {
    round: 1,
    digest: "d1",
    requesters: ["agent"],
    terms: JSON.stringify(terms),
    progress: JSON.stringify(openingProgress(OPENED_AT_MS)),
    opened_at: OPENED_AT_MS,
    decide_by: OPENED_AT_MS + terms.decideByMs,
    execute_by: null,
    resolution: null,
  };
  return { nowMs: OPENED_AT_MS, kept, rows: new Map(), people: { ...PEOPLE }, cancel: undefined, looks: [] };
}

function isEdited({ looks }: World): boolean {
  return looks.at(-1)?.happenings.some(({ kind }) => kind === "edited") ?? false;
}

function nextAtMs(world: World): number | undefined {
  return isEdited(world) ? undefined : nextChangeAtMs(readBack(world));
}

function takeStep(world: World, step: Step, order: Order): void {
  switch (step.kind) {
    case "wait":
      world.nowMs += step.ms;
      return;
    case "vote":
      return voteAtDoor(world, step);
    case "row":
      return keep(world, { ...step.vote, madeAtMs: world.nowMs - (step.vote.authentic ? 0 : step.ageMs) });
    case "role": {
      const others = (world.people[step.subject] ?? []).filter((name) => name !== step.name);
      world.people = { ...world.people, [step.subject]: step.has ? [...others, step.name] : others };
      return;
    }
    case "cancel":
      world.cancel = { atMs: world.nowMs, by: "agent", reason: undefined };
      return;
    case "look":
      look(world, order);
  }
}

/** A vote as the door takes it: of the open stage, by somebody who may, and none that says what the same person said before. */
function voteAtDoor(world: World, { voter, decision, edits }: Extract<Step, { kind: "vote" }>): void {
  const state = readBack(world);
  const seen = { round: state.round, digest: state.digest, stage: state.progress.stage };
  const said = { voter, decision, reason: "why", ...(edits === undefined ? {} : { edits }) };
  const vote = { ...seen, ...said, madeAtMs: world.nowMs, authentic: true };
  if (refuseVote(state, { ...vote, id: "new" }, directoryOf(world.people)) === undefined) keep(world, vote);
}

function keep(world: World, vote: Omit<ReceivedVote, "id">): void {
  const id = `vote_${String(world.rows.size).padStart(3, "0")}`;
  world.rows.set(id, { vote: { ...vote, id }, state: "received" });
}

function look(world: World, order: Order): void {
  const { nowMs, cancel } = world;
  const before = readBack(world);
  const votes = [...world.rows.values()].filter(({ state }) => state === "received").map(({ vote }) => vote);
  const isApprover = directoryOf(world.people);
  const { state: after, happenings } = advanceApproval(before, { votes: order(votes), cancel, nowMs, isApprover });
  for (const happening of happenings) writeJudgement(world, happening);
  world.kept = {
    ...world.kept,
    progress: JSON.stringify(after.progress),
    resolution: after.resolution === undefined ? null : resolutionText(after.resolution),
    execute_by: after.resolution?.executeByAtMs ?? null,
  };
  world.looks.push({ before, after, votes, happenings, nowMs, isApprover });
}

function writeJudgement({ rows }: World, happening: Happening): void {
  const write = (id: string | undefined, state: KeptVote["state"]): void => {
    const row = rows.get(id ?? "");
    if (row !== undefined) row.state = state;
  };
  if (happening.kind === "counted") {
    write(happening.vote, "counted");
    write(happening.replaces, "replaced");
  }
  if (happening.kind === "refused" || happening.kind === "lapsed") write(happening.vote, "refused");
}

function resolutionText({ status, atMs, by, reason }: NonNullable<ApprovalState["resolution"]>): string {
  return JSON.stringify({ status, at: new Date(atMs).toISOString(), by, reason });
}
