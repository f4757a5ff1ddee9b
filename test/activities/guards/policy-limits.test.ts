import { afterAll, beforeAll, expect, test } from "vitest";
import { type Desk, rowOf } from "../desk.ts";
import { answer, call, eventsOf, openGuardDesk } from "./guard-desk.ts";

const POLICY = `
version: 1
default: allow
limits: { attempts: { per_run: 4 } }
rules:
  - name: agents slowly
    match: { action: "free.two" }
    effect: allow
    limits: { rate: { limit: 2, per: 1h, scope: actor } }
  - name: only watched
    enforce: false
    effect: deny
    limits: { attempts: { per_run: 1 } }
`;

let desk: Desk;

beforeAll(async () => {
  desk = await openGuardDesk(
    {
      "free.two": { limits: { rate: { limit: 5, per: "1h", scope: "actor" }, attempts: { perRun: 9 } } },
      "free.any": {},
      "free.shared_a": { limits: { rate: { limit: 3, perMs: 60_000, scope: "tenant", key: "both" } } },
      "free.shared_b": { limits: { rate: { limit: 3, perMs: 60_000, scope: "tenant", key: "both" } } },
    },
    { policy: POLICY },
  );
});
afterAll(() => desk.close());

test("decideInvocation() holds the stricter of what the action and the policy limit", async () => {
  const answers = [];
  for (let count = 0; count < 5; count += 1) answers.push(await answer(desk, { action: "free.two", run: "r1" }));
  expect(answers).toEqual(["executed", "executed", "rate_limited", "rate_limited", "attempts_exceeded"]);
});

test("decideInvocation() holds a document's limits for every call, and a shadow rule's for none", async () => {
  const { ref, error } = await call(desk, { action: "free.any" });
  expect(error).toMatchObject({ code: "run_required", retryable: false });
  expect(await eventsOf(desk, ref, "guard.refused")).toMatchObject([{ guard: "attempts", code: "run_required" }]);
  for (let count = 0; count < 4; count += 1)
    expect(await answer(desk, { action: "free.any", run: "r2" })).toBe("executed");
  const last = await call(desk, { action: "free.any", run: "r2" });
  expect(last.error).toMatchObject({ code: "attempts_exceeded", details: { limit: 4, used: 4, run: "r2" } });
});

test("decideInvocation() counts actions together that name the same key, and no others", async () => {
  const answers = [];
  for (const action of ["free.shared_a", "free.shared_b", "free.shared_a", "free.shared_b"])
    answers.push(await answer(desk, { action, run: "r3" }));
  expect(answers).toEqual(["executed", "executed", "executed", "rate_limited"]);
});

test("decideInvocation() records the limits in force with the verdict, and what was charged", async () => {
  const { ref } = await call(desk, { action: "free.shared_a", run: "r4" });
  const verdict = JSON.parse((await rowOf(desk, ref)).verdict ?? "") as { obligations: { limits: object } };
  expect(verdict.obligations.limits).toMatchObject({ attempts: { perRun: 4 }, rate: [{ key: "both", limit: 3 }] });
  const { ref: first } = await call(desk, { action: "free.any", run: "r5" });
  expect(await eventsOf(desk, first, "guard.reserved")).toEqual([]);
});
