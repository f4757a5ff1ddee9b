import { randomBytes } from "node:crypto";
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { z } from "zod";
import { type Activities, type ActivityPorts, createActivities } from "../../activities/index.ts";
import type { Action, ActionContext } from "../../src/action/action.ts";
import { defineAction } from "../../src/action/define-action.ts";
import { describeAction } from "../../src/action/describe-action.ts";
import type { AuditEvent } from "../../src/contract/audit.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import type { ExecutionMode } from "../../src/contract/manifest.ts";
import type { CreateKeyRequest } from "../../src/contract/principal.ts";
import { newVoteId } from "../../src/core/ids.ts";
import { createRedactor } from "../../src/core/redaction/redactor.ts";
import { computeVoteMac } from "../../src/core/vote-mac.ts";
import { createGateway } from "../../src/gateway/create-gateway.ts";
import { createDirectory } from "../../src/gateway/directory.ts";
import type { Caller, Gateway } from "../../src/gateway/gateway.ts";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import { createPolicySource } from "../../src/gateway/policy-source.ts";
import type { GatewayPorts } from "../../src/gateway/ports.ts";
import type { Db } from "../../src/store/db.ts";
import type { InvocationRow } from "../../src/store/invocations.ts";
import { createStore } from "../../src/store/store.ts";
import type { VoteRow } from "../../src/store/votes.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";

export const SIGNING_KEY = "a-signing-key-that-only-doors-and-workers-hold";
const ADMIN_KEY = "an-admin-key-of-more-than-32-visible-characters";

/** Actions named `asked.…` wait for ada or the finance group, `free.…` are allowed, all others are denied. */
export const DESK_POLICY = `
version: 1
default: deny
rules:
  - name: asked
    match: { action: "asked.*" }
    effect: require_approval
    approval: { approvers: ["user:ada", "group:finance"], decide_by: 1h, execute_by: 1h }
  - name: free
    match: { action: "free.*" }
    effect: allow
`;

/** One call of an action's function. */
export interface Act {
  readonly id: string;
  readonly attempt: number;
  readonly input: unknown;
  readonly context: ActionContext;
}

/** A gateway and activities over a database of their own, and a record of what the actions did. Temporal is played by the test. */
export interface Desk {
  readonly store: TestStore;
  readonly gateway: Gateway;
  readonly ports: ActivityPorts;
  readonly admin: Caller;
  /** Every call of an action's function, oldest first. */
  readonly acts: Act[];
  /** What the actions' functions do after they were recorded; gives `{}` unless a test replaces it. */
  behave: (act: Act) => unknown;
  caller(request: Partial<CreateKeyRequest> & { subject: string }): Promise<Caller>;
  /** Accepts a call by `agent`. */
  accept(action: string, input?: Record<string, unknown>): Promise<InvocationRef>;
  close(): Promise<void>;
}

const MODES: readonly ExecutionMode[] = ["idempotent", "at_most_once", "inline"];

/** What a desk has besides. */
export interface DeskOptions {
  /** Further actions. */
  readonly actions?: (desk: () => Desk) => readonly Action[];
  /** Instead of {@link DESK_POLICY}. */
  readonly policy?: string;
  /** Prices of models. */
  readonly tariff?: ActivityPorts["tariff"];
  /** Instead of the desk's own. */
  readonly ports?: Partial<ActivityPorts>;
}

/** Opens a desk with actions `asked.<mode>`, `free.<mode>` and `shut.<mode>` for every execution mode. */
export async function openDesk(options: DeskOptions = {}): Promise<Desk> {
  const store = await openTestStore();
  const log = (): void => undefined;
  const policies = createPolicySource(store);
  const sources = { policies, directory: createDirectory(store) };
  const shared = { store, ...sources, redact: createRedactor().redact, signingKey: SIGNING_KEY, log };
  const { gateway, close } = createGateway({ ...shared, runs: noRuns(), adminKey: ADMIN_KEY });
  const plain = ["asked", "free", "shut"].flatMap((kind) => MODES.map((mode) => deskAction(kind, mode, () => desk)));
  const actions: Action[] = [...plain, ...(options.actions?.(() => desk) ?? [])];
  await store.manifests.publish(actions.map((action) => describeAction(action, "desk")));
  await publishFileDocument(store, options.policy ?? DESK_POLICY);
  const admin = await gateway.authenticate(ADMIN_KEY);

  async function caller(request: Partial<CreateKeyRequest> & { subject: string }): Promise<Caller> {
    const key = await gateway.createKey(admin, {
      kind: "user",
      permissions: ["invoke", "read", "approve"],
      ...request,
    });
    return gateway.authenticate(key.key);
  }

  const agent = await caller({ subject: "agent" });
  // Whom terms mean that name nobody.
  await caller({ subject: "approver", roles: ["approver"] });
  const desk: Desk = {
    ...{ store, gateway, admin, caller },
    ports: {
      ...shared,
      actions: new Map(actions.map((action) => [action.name, action])),
      identity: "desk",
      tariff: options.tariff,
      ...options.ports,
    },
    acts: [],
    behave: () => ({}),
    async accept(action, input = {}) {
      const { tenant, id } = await gateway.invoke(agent, { action, input, waitMs: 0 });
      return { tenant, id: id as InvocationRef["id"] };
    },
    async close() {
      close();
      await store.close();
    },
  };
  return desk;
}

function deskAction(kind: string, mode: ExecutionMode, desk: () => Desk) {
  return defineAction({
    name: `${kind}.${mode}`,
    description: "Is recorded",
    execution: { mode, attemptTimeoutMs: 4_000, maxAttempts: 3 },
    input: z.object({
      text: z
        .string()
        .refine((text) => text !== "refined away")
        .optional(),
    }),
    run: (input, context) => {
      const act = { id: context.invocationId, attempt: context.attempt, input, context };
      desk().acts.push(act);
      return desk().behave(act);
    },
  });
}

/** Nobody takes up what is accepted here, but the test. */
export function noRuns(): GatewayPorts["runs"] {
  const nothing = () => Promise.resolve();
  return {
    start: nothing,
    wake: nothing,
    cancel: nothing,
    countWorkers: async () => 1,
    compensate: nothing,
    probe: nothing,
    missingSearchAttributes: async () => [],
    uiUrl: () => undefined,
  };
}

/** The activities over the desk's database, or over one that breaks off. */
export function activitiesOf(desk: Desk, db?: Db): Activities {
  return createActivities(db === undefined ? desk.ports : { ...desk.ports, store: createStore(db) });
}

/** Temporal's side of one activity; `attempt` counts its tries, a reset gives the run another id. It can be canceled, once. */
export function createEnvironment(attempt = 1, runId = "run-1"): MockActivityEnvironment {
  const workflowExecution = { workflowId: "guard:default:test", runId };
  return new MockActivityEnvironment(
    { attempt, workflowExecution },
    { logger: new DefaultLogger("ERROR", () => undefined) },
  );
}

/** Runs an activity as Temporal does. */
export function perform<Result>(work: () => Promise<Result>, attempt = 1): Promise<Result> {
  return createEnvironment(attempt).run(work);
}

/** The row of an invocation, which must be there. */
export async function rowOf(desk: Desk, ref: InvocationRef): Promise<InvocationRow> {
  const row = await desk.store.invocations.get(ref);
  if (row === undefined) throw new Error("There is no such row");
  return row;
}

/** The types of an invocation's events, oldest first. */
export async function eventTypes(desk: Desk, ref: InvocationRef): Promise<readonly AuditEvent["type"][]> {
  const events = await desk.store.audit.listOfInvocation(ref.tenant, ref.id);
  return events.map((event) => event.type);
}

/** What the ledger says of each attempt, oldest first. */
export async function attemptsOf(desk: Desk, ref: InvocationRef): Promise<string[]> {
  const text = "select state from execution where invocation = $1 order by attempt";
  return (await desk.store.db.query<{ state: string }>(text, [ref.id])).map(({ state }) => state);
}

/** Writes a vote as the door does, changed as a test needs it; an approval by ada, made now. A MAC that is given stands as it is. */
export async function insertVote(
  desk: Desk,
  ref: InvocationRef,
  change: Partial<VoteRow> = {},
): Promise<VoteRow["id"]> {
  const id = newVoteId(randomBytes);
  const { digest } = await rowOf(desk, ref);
  const unsigned = {
    ...{ tenant: ref.tenant, id, invocation: ref.id, round: 1, digest, voter: "ada", decision: "approve" as const },
    ...{ stage: 0, reason: null, edit: null, grant_terms: null, idempotency_key: null },
    made_at: await databaseNowMs(desk),
    ...change,
  };
  const mac =
    change.mac ??
    computeVoteMac(SIGNING_KEY, { ...unsigned, madeAtMs: unsigned.made_at, grantTerms: unsigned.grant_terms });
  await desk.store.votes.insert({ ...unsigned, mac });
  return id;
}

/** Brings a call of an asked action to the point where an approval was counted and nothing has run. */
export async function acceptApproved(
  desk: Desk,
  mode: ExecutionMode,
  input?: Record<string, unknown>,
): Promise<InvocationRef> {
  const ref = await desk.accept(`asked.${mode}`, input);
  const activities = activitiesOf(desk);
  await perform(() => activities.decideInvocation(ref));
  await insertVote(desk, ref);
  await perform(() => activities.recordVotes(ref, { canceled: false }));
  return ref;
}

/** Moves the approval's clocks: `decide_by` or `execute_by` come to lie so many milliseconds from now. */
export async function setDeadline(desk: Desk, ref: InvocationRef, { column, inMs }: Deadline): Promise<void> {
  await desk.store.db.query(
    `update approval set ${column} = ms_now() + $3 * interval '1 millisecond' where tenant = $1 and invocation = $2`,
    [ref.tenant, ref.id, inMs],
  );
}

/** Which clock of an approval, and how far from now. */
export interface Deadline {
  readonly column: "decide_by" | "execute_by";
  readonly inMs: number;
}

async function databaseNowMs(desk: Desk): Promise<number> {
  return (await desk.store.db.query<{ now: number }>("select ms_now() as now"))[0]?.now ?? Number.NaN;
}
