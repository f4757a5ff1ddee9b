import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { InvocationView } from "../../src/contract/invocation.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { startTimeSkippingGuard, type TimeSkippingGuard } from "../support/time-skipping-guard.ts";
import { INSTALL_WITHIN_MS } from "../support/time-skipping-server.ts";
import { effects, testActions } from "./actions.ts";

const DAY_MS = 86_400_000;

const POLICY = `
version: 1
rules:
  - name: there is a year to decide
    match: { action: "test.*" }
    effect: require_approval
    approval:
      approvers: ["user:boss"]
      remind_every: 30d
      escalate: [{ after: 100d, to: ["role:lead"], notify: ["user:cfo"] }]
      decide_by: 365d
      execute_by: 1h
`;

/** Instants of the reminders of a year without an answer, in days after the question. */
const REMINDER_DAYS = Array.from({ length: 12 }, (_, index) => (index + 1) * 30);

let guard: TimeSkippingGuard;
let agent: Caller;
let lead: Caller;

beforeAll(async () => {
  guard = await startTimeSkippingGuard(testActions, POLICY);
  agent = await guard.caller({ subject: "agent", kind: "agent" });
  lead = await guard.caller({ subject: "lead", roles: ["lead"], permissions: ["approve", "read"] });
}, INSTALL_WITHIN_MS);
afterAll(() => guard.close());

test("a call that nobody answers for a year reminds on every due day, escalates once, and expires", async () => {
  const asked = await ask();
  await guard.skip(366 * DAY_MS);
  const closed = await waitUntilClosed(asked);
  expect(closed).toMatchObject({ status: "expired", error: { code: "approval_expired" } });
  expect(effects.has(asked.id)).toBe(false);

  const reminders = await listEvents(asked, "approval.reminded");
  expect(reminders.map(({ data }) => data)).toMatchObject(
    REMINDER_DAYS.map((day) => ({ stage: 0, at: after(asked, day), missed: 0 })),
  );
  for (const { at, data } of reminders) expect(lateness(at, data["at"])).toBeLessThan(60_000);
  const escalations = await listEvents(asked, "approval.escalated");
  expect(escalations.map(({ data }) => data)).toMatchObject([
    { stage: 0, at: after(asked, 100), to: ["role:lead"], notify: ["user:cfo"] },
  ]);
  expect(lateness(escalations[0]?.at, after(asked, 100))).toBeLessThan(60_000);
  const resolutions = await listEvents(asked, "approval.resolved");
  expect(resolutions.map(({ data }) => data)).toMatchObject([{ status: "expired", at: after(asked, 365), by: [] }]);
});

test("a vote after eleven months, by whom the question came to on its way, approves and executes once", async () => {
  const asked = await ask();
  await expect(vote(asked)).rejects.toMatchObject({ code: "not_an_approver" });
  await guard.skip(335 * DAY_MS);
  await vi.waitUntil(async () => (await listEvents(asked, "approval.reminded")).length === 11);
  const { approval } = await vote(asked);
  expect(approval).toMatchObject({ status: "approved", resolution: { status: "approved", by: ["lead"] } });
  expect(await waitUntilClosed(asked)).toMatchObject({ status: "executed", attempts: 1 });
  const types = (await guard.gateway.listInvocationEvents(guard.admin, asked.id)).map(({ type }) => type);

  await guard.skip(100 * DAY_MS);
  expect((await guard.gateway.listInvocationEvents(guard.admin, asked.id)).map(({ type }) => type)).toEqual(types);
  expect(types.filter((type) => type === "approval.escalated")).toHaveLength(1);
  expect(types.filter((type) => type === "approval.resolved")).toHaveLength(1);
  expect(effects.get(asked.id)).toBe(1);
});

test("a worker that was away over three reminders makes them good by one, and goes on in time", async () => {
  const asked = await ask();
  await guard.stopWorker();
  // Temporal's clock stands still once the timer has fired and nobody takes up what it woke; the database's goes on.
  const waiting = guard.skip(31 * DAY_MS);
  guard.delayTimers(60 * DAY_MS);
  await guard.startWorker();
  await waiting;
  await guard.skip(30 * DAY_MS);
  await vi.waitUntil(async () => (await listEvents(asked, "approval.reminded")).length >= 2);
  const reminders = await listEvents(asked, "approval.reminded");
  expect(reminders.map(({ data }) => data)).toMatchObject([
    { at: after(asked, 90), missed: 2 },
    { at: after(asked, 120), missed: 0 },
  ]);
  await guard.gateway.cancel(agent, asked.id);
});

function ask(): Promise<InvocationView> {
  return guard.gateway.invoke(agent, { action: "test.note", input: { text: "in a year" } });
}

function vote(asked: InvocationView) {
  return guard.gateway.vote(lead, asked.id, { decision: "approve" });
}

async function listEvents(asked: InvocationView, wanted: string) {
  const events = await guard.gateway.listInvocationEvents(guard.admin, asked.id);
  return events.filter(({ type }) => type === wanted);
}

/** The instant so many days after the question was put. */
function after({ approval }: InvocationView, days: number): string {
  return new Date(Date.parse(approval?.decideBy ?? "") + (days - 365) * DAY_MS).toISOString();
}

/** Milliseconds from when something was due until it was done. */
function lateness(doneAt: string | undefined, dueAt: unknown): number {
  const lateMs = Date.parse(doneAt ?? "") - Date.parse(String(dueAt));
  return lateMs < 0 ? Infinity : lateMs;
}

async function waitUntilClosed({ id }: InvocationView): Promise<InvocationView> {
  return guard.gateway.getInvocation(guard.admin, id, 20_000);
}
