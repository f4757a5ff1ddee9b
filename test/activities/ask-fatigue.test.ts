import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AskedRequest, refuseTired } from "../../activities/ask-fatigue.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { newApproval, recordApproval } from "../support/recorded-approvals.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse("2026-03-01T12:00:00.000Z");

let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(() => store.truncateAll());

function refusal(change: Partial<AskedRequest>) {
  const request = { tenant: "default", requester: "ada", asked: ["group:finance"], limits: {}, nowMs: NOW_MS };
  return store.transaction((tx) => refuseTired(tx, { ...request, ...change }));
}

/** Requests on record: `ageMs` old, pending unless told. */
async function asked(ageMs: number, parts: Parameters<typeof recordApproval>[1] = {}): Promise<void> {
  await recordApproval(store.db, { approvers: ["group:finance"], openedAtMs: NOW_MS - ageMs, ...parts });
}

describe("refuseTired()", () => {
  test("refuseTired() refuses nothing without limits, and locks nothing then", async () => {
    await asked(1);
    expect(await refusal({})).toBeUndefined();
    expect(await store.db.query("select * from approval_gate")).toEqual([]);
  });

  test("refuseTired() counts what waits of the requester, and of nobody else", async () => {
    const limits = { requester: { open: 2 } };
    await asked(2 * HOUR_MS);
    await asked(1, { status: "approved" });
    await asked(1, { actor: { subject: "eve" } });
    await asked(1, { tenant: "acme" });
    expect(await refusal({ limits })).toBeUndefined();
    await asked(1);
    expect(await refusal({ limits })).toMatchObject({ guard: "fatigue", code: "rate_limited", details: { used: 2 } });
  });

  test("refuseTired() counts what was asked within the hour, answered or not, and says when there is room", async () => {
    const limits = { requester: { perHour: 2 } };
    await asked(HOUR_MS + 1);
    await asked(HOUR_MS - 60_000, { status: "rejected" });
    expect(await refusal({ limits })).toBeUndefined();
    await asked(1_000);
    expect(await refusal({ limits })).toMatchObject({ retryAfterMs: 60_000, details: { used: 2, perMs: HOUR_MS } });
  });

  test("refuseTired() counts for every name that is asked, whoever asks", async () => {
    const limits = { group: { open: 1 } };
    await asked(1, { approvers: ["role:lead", "when:true"], actor: { subject: "eve" } });
    expect(await refusal({ limits })).toBeUndefined();
    expect(await refusal({ limits, asked: ["user:ben"] })).toBeUndefined();
    expect(await refusal({ limits, asked: ["user:ben", "role:lead"] })).toMatchObject({
      details: { by: "group", name: "role:lead", limit: 1, used: 1 },
    });
  });

  test("refuseTired() lets in as many as the limit has of those that ask at the same time", async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => recordInvocation(store.db, {})));
    const answers = await Promise.all(
      ids.map((id) =>
        store.transaction(async (tx) => {
          const request = { tenant: "default", requester: "ada", asked: [], nowMs: NOW_MS };
          const refused = await refuseTired(tx, { ...request, limits: { requester: { open: 3 } } });
          if (refused === undefined) await tx.approvals.open(newApproval({ tenant: "default", id }));
          return refused === undefined;
        }),
      ),
    );
    expect(answers.filter(Boolean)).toHaveLength(3);
  });
});
