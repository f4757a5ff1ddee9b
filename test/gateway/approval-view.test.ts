import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ApprovalView } from "../../src/contract/approval.ts";
import type { ApprovalTerms } from "../../src/contract/approval-terms.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { createGateway, type OpenGateway } from "../../src/gateway/create-gateway.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { newApproval } from "../support/recorded-approvals.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { ask, recordJudged, stageOf, termsOf } from "./asked.ts";
import { createCaller, createPorts } from "./identity-gateway.ts";

const OPENED_AT_MS = Math.floor(Date.now() / 1_000) * 1_000 - 10_000;
const at = (afterMs: number) => new Date(OPENED_AT_MS + afterMs).toISOString();

let store: TestStore;
let opened: OpenGateway;
let auditor: Caller;

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
  auditor = await createCaller(opened.gateway, { subject: "auditor", permissions: ["audit"] });
});

const show = (ref: InvocationRef) => opened.gateway.getApproval(auditor, ref.id);
const listed = async () => (await opened.gateway.listApprovals(auditor, {}, { limit: 50 })).items;

describe("getApproval()", () => {
  it("shows what is asked, by whom and why, in the contract's form", async () => {
    const ref = await ask(store, { input: { to: "x" }, run: "r1", openedAtMs: OPENED_AT_MS });
    const view = await show(ref);
    expect(ApprovalView.parse(view)).toEqual(view);
    expect(view).toMatchObject({
      ...{ id: ref.id, action: "test.echo", actor: "ada", run: "r1", input: { to: "x" }, round: 1, status: "pending" },
      ...{ rule: "asks", why: "Needs a person", stage: 0, openedAt: at(0), decideBy: at(3_600_000) },
      ...{ approvers: ["group:finance"], thresholds: { approve: 1, deny: 1 }, tally: { approve: 0, reject: 0 } },
      outlook: { onSilence: { at: at(3_600_000) } },
    });
    expect(view).not.toHaveProperty("previous");
    expect(view).not.toHaveProperty("because");
    expect(view).not.toHaveProperty("editable");
    expect(view.revisions).toEqual([]);
  });

  it("shows the terms that a vote is held to", async () => {
    const terms: Partial<ApprovalTerms> = {
      requireReason: "on_reject",
      reasonPattern: ["^[A-Z]+"],
      executeByMs: 1_000,
    };
    expect(await show(await ask(store, { terms: { ...terms, edit: { allow: ["/to"] } } }))).toMatchObject({
      ...{ requireReason: "on_reject", reasonPattern: "^[A-Z]+", editable: ["/to"] },
      executeBy: expect.any(String),
    });
  });

  it("shows every stage as it stands, with its instants", async () => {
    const first = stageOf({ name: "finance", approve: 2 });
    const escalate = [
      { afterMs: 60_000, to: ["role:lead"], notify: ["user:cfo"] },
      { afterMs: 120_000, to: ["role:board"], notify: [] },
    ];
    const second = stageOf({ approvers: ["group:legal"], decideByMs: 600_000, remindEveryMs: 240_000, escalate });
    const by = ["ben", "cleo"];
    const standing = by.map((voter) => ({ id: voter, voter, decision: "approve" as const }));
    const done = { by, standing, atMs: OPENED_AT_MS + 1, openedAtMs: OPENED_AT_MS, escalated: 0 };
    const ref = await ask(store, {
      openedAtMs: OPENED_AT_MS,
      terms: { stages: [first, second, stageOf({ escalate })] },
      progress: { stage: 1, stageOpenedAtMs: OPENED_AT_MS + 2_000, done: [done], reminded: 1, escalated: 1 },
    });
    await recordJudged(store, ref, { voter: "dora", stage: 1, made_at: OPENED_AT_MS + 3_000, decision: "reject" });
    const { stages, stage, thresholds, tally } = await show(ref);
    expect({ stage, thresholds, tally }).toEqual({
      ...{ stage: 1, thresholds: { approve: 1, deny: 1 }, tally: { approve: 0, reject: 1 } },
    });
    expect(stages).toMatchObject([
      ...[{ name: "finance", status: "approved", by: ["ben", "cleo"], openedAt: at(0), tally: { approve: 2 } }],
      {
        ...{ status: "open", approvers: ["group:legal", "role:lead"], tally: { approve: 0, reject: 1 } },
        ...{ openedAt: at(2_000), decideBy: at(602_000), remindAt: at(482_000) },
        escalations: [
          { at: at(62_000), to: ["role:lead"], notify: ["user:cfo"], done: true },
          { at: at(122_000), to: ["role:board"], notify: [], done: false },
        ],
      },
      { status: "waiting", by: [], escalations: [{ to: ["role:lead"], done: false }, { done: false }] },
    ]);
    expect(stages[2]).not.toHaveProperty("openedAt");
    expect(stages[2]?.escalations[0]).not.toHaveProperty("at");
  });

  it("shows votes with their stage and standing, of an edit the places alone, and the terms of a grant", async () => {
    const ref = await ask(store);
    const grant = { uses: 2, expiresInMs: 1_000, scope: "run", bounds: {} };
    await recordJudged(store, ref, { voter: "ben", made_at: OPENED_AT_MS + 1, decision: "reject", state: "replaced" });
    await recordJudged(store, ref, { voter: "ben", made_at: OPENED_AT_MS + 2, grant_terms: JSON.stringify(grant) });
    await recordJudged(store, ref, { voter: "cy", made_at: OPENED_AT_MS + 3, state: "refused" });
    const edit = JSON.stringify({ "/card": "4111-s3cret", "/to": "y" });
    await recordJudged(store, ref, { voter: "dora", made_at: OPENED_AT_MS + 4, state: "received", edit });
    const view = await show(ref);
    expect(view.votes).toMatchObject([
      { voter: "ben", decision: "reject", stage: 0, state: "replaced" },
      { voter: "ben", decision: "approve", state: "counted", grant },
      { voter: "cy", state: "refused", code: "not_an_approver" },
      { voter: "dora", state: "received", edit: ["/card", "/to"] },
    ]);
    expect(view.tally).toEqual({ approve: 1, reject: 0 });
    expect(JSON.stringify(view)).not.toContain("s3cret");
  });

  it("shows the round that is asked now, why it was opened, and what each round changed", async () => {
    const ref = await ask(store, { input: { to: "x" } });
    await store.approvals.update({ ...ref, invocation: ref.id, round: 1 }, { status: "superseded" });
    const difference = JSON.stringify([{ pointer: "/to", from: "x", to: "y" }]);
    const revision = { input: '{"to":"y"}', input_view: '{"to":"y"}', salt: "s", digest: "d2" };
    await store.invocations.revise(ref, { ...revision, round: 2, author: "ben", difference });
    await store.approvals.open(
      newApproval(ref, {
        ...{ round: 2, digest: "d2", terms: JSON.stringify(termsOf()), because: "ben changed the input" },
        progress: JSON.stringify({ stage: 0, stageOpenedAtMs: OPENED_AT_MS, done: [], reminded: 0, escalated: 0 }),
      }),
    );
    expect(await show(ref)).toMatchObject({
      ...{ round: 2, digest: "d2", because: "ben changed the input", input: { to: "y" } },
      revisions: [{ round: 2, author: "ben", digest: "d2", changes: [{ pointer: "/to", from: "x", to: "y" }] }],
    });
  });

  it("shows a round that nothing followed as superseded, without instants to come", async () => {
    const ref = await ask(store);
    await store.approvals.update({ ...ref, invocation: ref.id, round: 1 }, { status: "superseded" });
    const view = await show(ref);
    expect(view).toMatchObject({ status: "superseded", stages: [{ status: "ended" }] });
    expect(view).not.toHaveProperty("outlook");
    expect(view).not.toHaveProperty("resolution");
    expect((await opened.gateway.getInvocation(auditor, ref.id)).approval).toMatchObject({ status: "superseded" });
  });
});

describe("getApproval() of a request that is not the first", () => {
  const resolution = {
    ...{ status: "approved", at: at(-50_000), by: ["ben"], reason: "As agreed", digest: "d" },
    ...{ actionVersion: "v1", policyVersion: "1-0" },
  };

  async function askedBefore(input: object, inputView: object): Promise<InvocationRef> {
    const ref = await ask(store, { input, inputView, openedAtMs: OPENED_AT_MS - 60_000 });
    await store.approvals.update(
      { ...ref, invocation: ref.id, round: 1 },
      { status: "approved", resolution: JSON.stringify(resolution), resolved_at: new Date(OPENED_AT_MS - 50_000) },
    );
    return ref;
  }

  it("shows how the one before ended, and what is different now", async () => {
    const before = await askedBefore({ to: "x", usd: 1 }, { to: "x", usd: 1 });
    await ask(store, { actor: { subject: "eve" }, input: { to: "eve's" }, openedAtMs: OPENED_AT_MS - 1_000 });
    const now = await ask(store, { input: { to: "x", usd: 2, cc: "z" }, openedAtMs: OPENED_AT_MS });
    expect((await show(now)).previous).toEqual({
      ...{ id: before.id, status: "approved", openedAt: at(-60_000), resolvedAt: at(-50_000) },
      ...{ by: ["ben"], reason: "As agreed" },
      changes: expect.arrayContaining([
        { pointer: "/usd", from: 1, to: 2 },
        { pointer: "/cc", to: "z" },
      ]),
    });
  });

  it("finds a difference of secrets, and shows none of them", async () => {
    const view = { card: "[redacted]", pin: "[redacted]" };
    await askedBefore({ card: "4111-s3cret", pin: "1" }, view);
    const now = await ask(store, {
      input: { card: "5500-s3cret", pin: "1" },
      inputView: view,
      openedAtMs: OPENED_AT_MS,
    });
    const shown = await show(now);
    expect(shown.previous?.changes).toEqual([{ pointer: "/card", from: "[redacted]", to: "[redacted]" }]);
    expect(JSON.stringify(shown)).not.toContain("s3cret");
  });
});

describe("listApprovals()", () => {
  it("leaves out what only a single look shows", async () => {
    await ask(store, { openedAtMs: OPENED_AT_MS - 60_000 });
    await ask(store, { openedAtMs: OPENED_AT_MS });
    for (const item of await listed()) {
      expect(Object.keys(item)).not.toEqual(expect.arrayContaining(["previous"]));
      expect(Object.keys(item)).not.toEqual(expect.arrayContaining(["revisions"]));
      expect(item.stages).toHaveLength(1);
    }
  });

  it("shows the newest fifty votes and counts all; a single look shows a thousand", async () => {
    const ref = await ask(store, { terms: { stages: [stageOf({ approve: 2_000 })] } });
    await store.db.query(
      `insert into vote (tenant, id, invocation, round, digest, voter, decision, made_at, mac, state)
       select 'default', 'vote_' || n, $1, 1, 'd', 'voter-' || n, 'approve', $2::timestamptz + n * interval '1 millisecond', 'm', 'counted'
       from generate_series(1, 1000) n`,
      [ref.id, new Date(OPENED_AT_MS)],
    );
    const [item] = await listed();
    expect(item?.votes.map(({ voter }) => voter)).toEqual(Array.from({ length: 50 }, (_, n) => `voter-${n + 951}`));
    expect(item?.tally).toEqual({ approve: 1_000, reject: 0 });
    expect((await show(ref)).votes).toHaveLength(1_000);
  });
});
