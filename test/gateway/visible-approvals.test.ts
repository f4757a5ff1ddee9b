import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import type { ApprovalFilter } from "../../src/contract/approval.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import type { PageQuery } from "../../src/contract/invocation.ts";
import { createGateway, type OpenGateway } from "../../src/gateway/create-gateway.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { type Asked, ask, stageOf } from "./asked.ts";
import { codeOf, createCaller, createPorts } from "./identity-gateway.ts";

let store: TestStore;
let opened: OpenGateway;
/** Of the role `lead`. */
let lead: Caller;

beforeAll(async () => {
  store = await openTestStore();
  opened = createGateway(createPorts(store));
});
afterAll(async () => {
  opened.close();
  await store.close();
});
beforeEach(async () => {
  await store.truncateAll();
  lead = await createCaller(opened.gateway, { subject: "lea", roles: ["lead"], permissions: ["approve"] });
});

const MINE = { eligible: "me" } as const;
const DONE = { by: ["lea"], standing: [], atMs: 1, openedAtMs: 1, escalated: 0 };
const ofLead = stageOf({ approvers: ["role:lead"] });

async function list(caller: Caller, filter: ApprovalFilter = {}, page: PageQuery = { limit: 50 }) {
  const { items, nextCursor } = await opened.gateway.listApprovals(caller, filter, page);
  return { ids: items.map(({ id }) => id), nextCursor };
}

async function canSee(caller: Caller, ref: InvocationRef): Promise<boolean> {
  const work = opened.gateway.getApproval(caller, ref.id);
  return work.then(
    () => true,
    async () => ((await codeOf(work)) === "not_found" ? false : Promise.reject(new Error("Another error"))),
  );
}

/** Whether the lead may see a request, alone and in the list, and finds it among those to vote on. */
async function look(asked: Asked): Promise<{ readonly sees: boolean; readonly votes: boolean }> {
  const ref = await ask(store, asked);
  const sees = await canSee(lead, ref);
  expect((await list(lead)).ids).toEqual(sees ? [ref.id] : []);
  return { sees, votes: (await list(lead, MINE)).ids.includes(ref.id) };
}

const conditionOn = (text: string) => stageOf({ approvers: [`when:${text}`] });

describe("An approval", () => {
  test.each<[name: string, asked: Asked, looked: { sees: boolean; votes: boolean }]>([
    ["that names the caller is seen and voted on", { terms: { stages: [ofLead] } }, { sees: true, votes: true }],
    ["for others is neither", {}, { sees: false, votes: false }],
    [
      "whose name only reads like the caller's is neither",
      { terms: { stages: [stageOf({ name: "role:lead" })] } },
      { sees: false, votes: false },
    ],
    [
      "whose later stage names the caller is seen, and voted on later",
      { terms: { stages: [stageOf(), ofLead] } },
      { sees: true, votes: false },
    ],
    [
      "whose later stage is open by now is both",
      { terms: { stages: [stageOf(), ofLead] }, progress: { stage: 1, done: [DONE] } },
      { sees: true, votes: true },
    ],
    [
      "whose stage is over is seen still",
      { terms: { stages: [ofLead, stageOf()] }, progress: { stage: 1, done: [DONE] } },
      { sees: true, votes: false },
    ],
    [
      "that was approved by the caller before excludes the caller where it says so",
      {
        terms: { stages: [ofLead, ofLead], exclude: ["requester", "previous_stage"] },
        progress: { stage: 1, done: [DONE] },
      },
      { sees: true, votes: false },
    ],
    [
      "that the caller asked for is seen only",
      { requesters: ["ada", "lea"], terms: { stages: [ofLead] } },
      { sees: true, votes: false },
    ],
    [
      "whose escalation is still to come is seen only",
      { terms: { stages: [stageOf({ escalate: [{ afterMs: 600_000, to: ["role:lead"], notify: [] }] })] } },
      { sees: true, votes: false },
    ],
    [
      "whose escalation is due is voted on, though nobody fired it",
      { terms: { stages: [stageOf({ escalate: [{ afterMs: 5_000, to: ["role:lead"], notify: [] }] })] } },
      { sees: true, votes: true },
    ],
    [
      "of which the caller only hears is neither",
      { terms: { stages: [stageOf({ escalate: [{ afterMs: 5_000, to: [], notify: ["role:lead"] }] })] } },
      { sees: false, votes: false },
    ],
    [
      "whose time is over is voted on no more",
      { terms: { stages: [ofLead], decideByMs: 5_000 } },
      { sees: true, votes: false },
    ],
    [
      "whose condition fits the real input is both",
      {
        terms: { stages: [conditionOn("request.input.card == '4111'")] },
        input: { card: "4111" },
        inputView: { card: "[redacted]" },
      },
      { sees: true, votes: true },
    ],
    [
      "whose condition fits the redacted input alone is neither",
      {
        terms: { stages: [conditionOn("request.input.card == '[redacted]'")] },
        input: { card: "4111" },
        inputView: { card: "[redacted]" },
      },
      { sees: false, votes: false },
    ],
    [
      "whose later condition fits is seen only",
      { terms: { stages: [stageOf(), conditionOn("'lead' in approver.roles")] } },
      { sees: true, votes: false },
    ],
  ])("%s", async (_name, asked, looked) => {
    expect(await look(asked)).toEqual(looked);
  });

  it("that has its resolution is nothing to vote on, whatever status is asked for", async () => {
    const ref = await ask(store, { terms: { stages: [ofLead] } });
    await store.approvals.update({ ...ref, invocation: ref.id, round: 1 }, { status: "approved" });
    expect((await list(lead)).ids).toEqual([ref.id]);
    expect(await list(lead, MINE)).toEqual({ ids: [], nextCursor: undefined });
    expect(await list(lead, { ...MINE, status: "approved" })).toEqual({ ids: [], nextCursor: undefined });
  });

  it("of another tenant is not seen, whoever it names", async () => {
    const ref = await ask(store, { tenant: "acme", terms: { stages: [ofLead, conditionOn("true")] } });
    expect(await canSee(lead, ref)).toBe(false);
    expect((await list(lead)).ids).toEqual([]);
  });

  it("is seen by an auditor in every case, and voted on only by whom it names", async () => {
    const auditor = await createCaller(opened.gateway, { subject: "aud", permissions: ["audit"] });
    const ref = await ask(store);
    expect(await canSee(auditor, ref)).toBe(true);
    expect((await list(auditor)).ids).toEqual([ref.id]);
    expect((await list(auditor, MINE)).ids).toEqual([]);
  });
});

describe("listApprovals() of rows that only the input tells apart", () => {
  const CONDITION = conditionOn("request.input.n % 10 == 0");
  const BASE_MS = Date.now() - 600_000;

  /** Requests whose inputs count from 0, the oldest first; every tenth fits. */
  async function askMany(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const terms = { stages: [CONDITION] };
      ids.push((await ask(store, { input: { n }, terms, openedAtMs: BASE_MS + n })).id);
    }
    return ids.filter((_id, n) => n % 10 === 0).toReversed();
  }

  async function walk(limit: number): Promise<{ ids: string[]; sizes: number[] }> {
    const [ids, sizes]: [string[], number[]] = [[], []];
    for (let cursor: string | undefined; ;) {
      const page = await list(lead, MINE, { limit, cursor });
      ids.push(...page.ids);
      sizes.push(page.ids.length);
      cursor = page.nextCursor;
      if (cursor === undefined) return { ids, sizes };
    }
  }

  it("keeps pages full and gives each row once, in order", async () => {
    const fitting = await askMany(60);
    for (const limit of [1, 2, 3, 6, 7, 200]) {
      const { ids, sizes } = await walk(limit);
      expect(ids).toEqual(fitting);
      expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).map(() => limit));
    }
  });

  /** Adds 1,200 newer ones, of which no input is known. */
  async function copyMany(table: string, change: string): Promise<void> {
    const rows = `select (jsonb_populate_record(t, ${change})).* from ${table} t, generate_series(1, 1200) n`;
    await store.db.query(`insert into ${table} select * from (${rows}) as many`);
  }

  it("gives a short page with a cursor rather than read without an end", async () => {
    const ref = await ask(store, { input: { n: 0 }, terms: { stages: [CONDITION] }, openedAtMs: BASE_MS });
    await copyMany("approval", "jsonb_build_object('invocation', 'ivn_' || n, 'opened_at', ms_now())");
    await copyMany("invocation", "jsonb_build_object('id', 'ivn_' || n)");
    const first = await list(lead, MINE, { limit: 5 });
    expect(first).toEqual({ ids: [], nextCursor: expect.any(String) });
    expect(await list(lead, MINE, { limit: 5, cursor: first.nextCursor })).toEqual({
      ids: [ref.id],
      nextCursor: undefined,
    });
  });
});

describe("getApproval() of a request that has one before", () => {
  const ofBoss = { terms: { stages: [stageOf({ approvers: ["user:boss"] })] }, input: { note: "for the boss alone" } };
  const previousFor = async (caller: Caller, ref: InvocationRef) =>
    (await opened.gateway.getApproval(caller, ref.id)).previous?.id;

  it("shows that one to whoever may see it too, and nothing of it to others", async () => {
    const before = await ask(store, { ...ofBoss, openedAtMs: Date.now() - 20_000 });
    const ref = await ask(store, { terms: { stages: [ofLead, stageOf({ approvers: ["user:boss"] })] } });
    const boss = await createCaller(opened.gateway, { subject: "boss", permissions: ["approve"] });
    const auditor = await createCaller(opened.gateway, { subject: "auditor", permissions: ["audit"] });
    expect([await previousFor(boss, ref), await previousFor(auditor, ref)]).toEqual([before.id, before.id]);
    expect(JSON.stringify(await opened.gateway.getApproval(lead, ref.id))).not.toMatch(/for the boss alone|previous/);
  });

  it("shows that one to a lead who could vote on both", async () => {
    const before = await ask(store, { terms: { stages: [ofLead] }, openedAtMs: Date.now() - 20_000 });
    const ref = await ask(store, { terms: { stages: [ofLead] } });
    expect(await previousFor(lead, ref)).toBe(before.id);
  });
});
