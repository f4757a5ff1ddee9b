import { z } from "zod";
import type { Action } from "../../src/action/action.ts";
import { defineAction } from "../../src/action/define-action.ts";
import type { ApprovalView } from "../../src/contract/approval.ts";
import type { InvocationRef, VoteId } from "../../src/contract/ids.ts";
import { createGateway } from "../../src/gateway/create-gateway.ts";
import type { Ballot, Caller, Gateway, VoteAnswer } from "../../src/gateway/gateway.ts";
import { activitiesOf, type Desk, openDesk, perform } from "../activities/desk.ts";

/** Everybody may do everything here but skip the rules. */
const PERMISSIONS = ["invoke", "read", "approve"] as const;

/** What the actions below take; the card is secret. */
const INPUT = { amountCents: 900, note: "first", card: "4111-s3cret" };

/** Terms of the actions `pay.<name>`. */
const TERMS = {
  two: "{ approvers: [group:finance], approve: 2, deny: 1, decide_by: 1h, edit: { allow: [/amountCents, /card, /tags] } }",
  one: "{ approvers: ['user:boss'], decide_by: 1h, edit: { allow: [/amountCents] } }",
  staged:
    "{ stages: [{ approvers: [group:finance] }, { approvers: [group:finance] }], decide_by: 1h, exclude: [requester, previous_stage] }",
  ruled: `{ approvers: [{ when: 'approver.subject == "ben" || (approver.subject == "ada" && request.input.card == "4111-s3cret")' }], decide_by: 1h }`,
  reasoned:
    "{ approvers: [group:finance], approve: 2, deny: 2, decide_by: 1h, require_reason: on_reject, reason_pattern: '^[A-Z]+-[0-9]+' }",
} as const;

const POLICY = `
version: 1
default: deny
rules:
${Object.entries(TERMS)
  .map(
    ([name, terms]) =>
      `  - { name: ${name}, match: { action: pay.${name} }, effect: require_approval, approval: ${terms} }`,
  )
  .join("\n")}
`;

/** A gateway over a database of its own, and a run that judges when it is woken, unless it is asleep. */
export interface Voting {
  readonly desk: Desk;
  readonly gateway: Gateway;
  /** The signals that were sent, by their vote. */
  readonly signals: VoteId[];
  /** Whether the run judges nothing, as without a worker. */
  isAsleep: boolean;
  /** A caller of the group finance, unless told. */
  voter(subject: string, groups?: string[]): Promise<Caller>;
  /** Has `agent` call an action `pay.…` and gives the approval that people are asked for. */
  ask(name: keyof typeof TERMS, input?: object): Promise<InvocationRef>;
  vote(caller: Caller, ref: InvocationRef, ballot?: Partial<Ballot>): Promise<VoteAnswer>;
  read(ref: InvocationRef): Promise<ApprovalView>;
  /** What the run does when it is woken. */
  judge(ref: InvocationRef): Promise<void>;
  close(): Promise<void>;
}

/** Opens a gateway to vote at. */
export async function openVoting(): Promise<Voting> {
  const desk = await openDesk({ policy: POLICY, actions: () => Object.keys(TERMS).map(payAction) });
  const activities = activitiesOf(desk);
  const judge = async (ref: InvocationRef): Promise<void> => {
    await perform(() => activities.recordVotes(ref, { canceled: false }));
  };
  const nothing = () => Promise.resolve();
  const runs = {
    start: nothing,
    cancel: nothing,
    countWorkers: async () => 1,
    compensate: nothing,
    probe: nothing,
    missingSearchAttributes: async () => [],
    uiUrl: () => undefined,
  };
  const wake = async (ref: InvocationRef, vote: VoteId): Promise<void> => {
    voting.signals.push(vote);
    if (!voting.isAsleep) await judge(ref);
  };
  const { gateway, close } = createGateway({ ...desk.ports, runs: { ...runs, wake }, adminKey: undefined });
  const voting: Voting = {
    ...{ desk, gateway, signals: [], isAsleep: false, judge },
    voter: (subject, groups = ["finance"]) => desk.caller({ subject, groups, permissions: [...PERMISSIONS] }),
    async ask(name, input = {}) {
      const ref = await desk.accept(`pay.${name}`, { ...INPUT, ...input });
      await perform(() => activities.decideInvocation(ref));
      return ref;
    },
    vote: (caller, ref, ballot) => gateway.vote(caller, ref.id, { decision: "approve", ...ballot }),
    read: (ref) => gateway.getApproval(desk.admin, ref.id),
    async close() {
      close();
      await desk.close();
    },
  };
  return voting;
}

function payAction(name: string): Action {
  return defineAction({
    name: `pay.${name}`,
    description: "Pays",
    secretFields: ["/card"],
    input: z.object({
      amountCents: z.int().positive().max(1_000),
      note: z.string().optional(),
      card: z.string().optional(),
      tags: z.array(z.string()).optional(),
    }),
    run: () => ({}),
  });
}
