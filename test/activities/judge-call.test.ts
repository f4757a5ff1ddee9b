import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import type { Step } from "../../src/contract/run.ts";
import { activitiesOf, type Desk, openDesk, perform, rowOf } from "./desk.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(() => {
  desk.acts.length = 0;
});

function decide(ref: InvocationRef): Promise<Step> {
  return perform(() => activitiesOf(desk).decideInvocation(ref));
}

test("decideInvocation() records shadow rules that matched, and lets none of them decide", async () => {
  const rules = [
    { name: "would deny", effect: "deny", enforce: false },
    { name: "would change", effect: "sanitize", sanitize: { remove: ["/text"] }, enforce: false },
  ];
  await desk.gateway.putPolicy(desk.admin, JSON.stringify({ version: 1, default: "allow", rules }));
  const ref = await desk.accept("free.inline", { text: "kept" });
  await decide(ref);
  expect(desk.acts.map(({ input }) => input)).toEqual([{ text: "kept" }]);
  const events = await desk.store.audit.listOfInvocation(ref.tenant, ref.id);
  expect(events.find(({ type }) => type === "invocation.decided")?.data).toMatchObject({
    effect: "allow",
    shadow: [
      { rule: "would deny", effect: "deny" },
      { rule: "would change", effect: "sanitize" },
    ],
  });
});

test("decideInvocation() shows rules the session as the run where the call names no run", async () => {
  const rules = [{ name: "mine", effect: "allow", match: { run: "s-1" } }];
  await desk.gateway.putPolicy(desk.admin, JSON.stringify({ version: 1, rules }));
  const agent = await desk.caller({ subject: "agent" });
  for (const [rest, status] of [
    [{ session: "s-1" }, "executed"],
    [{ session: { id: "s-1", scope: "x" } }, "executed"],
    [{ session: "s-1", run: "r-1" }, "denied"],
    [{}, "denied"],
  ] as const) {
    const { tenant, id } = await desk.gateway.invoke(agent, { action: "free.inline", input: {}, waitMs: 0, ...rest });
    const ref = { tenant, id: id as InvocationRef["id"] };
    await decide(ref);
    expect((await rowOf(desk, ref)).status).toBe(status);
  }
});
