import { afterAll, beforeAll, expect, test } from "vitest";
import { activitiesOf, type Desk, perform } from "../desk.ts";
import { age, approveBy, ask, cast, execute, look, openApprovalDesk } from "./approval-desk.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openApprovalDesk();
});
afterAll(() => desk.close());

test("executeAction() runs what was approved, also when the database's clock went back between two votes of a person", async () => {
  const { ref } = await ask(desk, "two");
  await age(desk, ref, 60_000);
  await cast(desk, ref, { voter: "ada", decision: "reject" });
  await look(desk, ref);
  const [{ now } = { now: 0 }] = await desk.store.db.query<{ now: number }>("select ms_now() as now");
  await cast(desk, ref, { voter: "ada", made_at: now - 10_000 });
  await look(desk, ref);
  expect(await approveBy(desk, ref, "fay")).toMatchObject({ kind: "execute" });
  expect(await execute(desk, ref)).toMatchObject({ result: { status: "executed" } });
});

test("recordVotes() cancels a call although nobody can be asked for people's roles", async () => {
  const { ref } = await ask(desk, "two");
  await cast(desk, ref, { voter: "ada" });
  const failing = () => Promise.reject(new Error("The directory is away"));
  const away: Desk = { ...desk, ports: { ...desk.ports, directory: { find: failing, search: failing } } };
  expect(await perform(() => activitiesOf(away).recordVotes(ref, { canceled: true }))).toMatchObject({
    result: { status: "canceled" },
  });
});
