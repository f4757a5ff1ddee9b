import { afterAll, beforeAll, expect, test } from "vitest";
import { publishFileDocument } from "../../../src/gateway/policy-documents.ts";
import {
  age,
  approvalOf,
  approvalPolicy,
  approveBy,
  ask,
  cast,
  execute,
  look,
  openApprovalDesk,
  rowOf,
} from "./approval-desk.ts";
import { activitiesOf, type Desk, perform } from "../desk.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openApprovalDesk();
});
afterAll(() => desk.close());

const BOARD = approvalPolicy({ one: "approvers: [group:board], decide_by: 1h" });

test("executeAction() that asked people again and died before anybody heard waits for them when it is tried again", async () => {
  const { ref } = await ask(desk, "one");
  await approveBy(desk, ref, "ada");
  await publishFileDocument(desk.store, BOARD);
  try {
    expect(await execute(desk, ref)).toMatchObject({ kind: "wait" });
    expect(await perform(() => activitiesOf(desk).executeAction(ref), 2)).toMatchObject({ kind: "wait" });
  } finally {
    await publishFileDocument(desk.store, approvalPolicy());
  }
});

test("executeAction() leaves no approval open behind a call that it has closed", async () => {
  const { ref } = await ask(desk, "one");
  await approveBy(desk, ref, "ada");
  await publishFileDocument(desk.store, BOARD);
  try {
    await execute(desk, ref);
    await perform(() => activitiesOf(desk).executeAction(ref), 2);
    const [{ status }, approval] = [await rowOf(desk, ref), await approvalOf(desk, ref)];
    expect([status, approval.status]).toEqual(["pending", "pending"]);
  } finally {
    await publishFileDocument(desk.store, approvalPolicy());
  }
});

test("closeInvocation() leaves no approval open behind a call whose people were asked again", async () => {
  const { ref } = await ask(desk, "one");
  await approveBy(desk, ref, "ada");
  await publishFileDocument(desk.store, BOARD);
  try {
    await execute(desk, ref);
    await perform(() => activitiesOf(desk).closeInvocation(ref, { canceled: true }));
    expect((await approvalOf(desk, ref)).status).not.toBe("pending");
  } finally {
    await publishFileDocument(desk.store, approvalPolicy());
  }
});

test("recordVotes() that let an edited input run and died before anybody heard lets it run when it is tried again", async () => {
  const { ref } = await ask(desk, "one");
  await cast(desk, ref, { voter: "ada", edit: { "/amountCents": 5 } });
  expect(await look(desk, ref)).toMatchObject({ kind: "execute" });
  expect(await look(desk, ref)).toMatchObject({ kind: "execute" });
});

test("decideInvocation() of a run that is reset after an edit was let in goes on to execute", async () => {
  const { ref } = await ask(desk, "one");
  await cast(desk, ref, { voter: "ada", edit: { "/amountCents": 5 } });
  await look(desk, ref);
  expect(await perform(() => activitiesOf(desk).decideInvocation(ref))).toMatchObject({ kind: "execute" });
});

test("recordVotes() never expires a call that policy let in after an edit", async () => {
  const { ref } = await ask(desk, "one");
  await cast(desk, ref, { voter: "ada", edit: { "/amountCents": 5 } });
  await look(desk, ref);
  await age(desk, ref, 2 * 3_600_000);
  expect(await look(desk, ref)).toMatchObject({ kind: "execute" });
});

test("recordVotes() ends an approval whose time is over, also where the worker lacks the action", async () => {
  const { ref } = await ask(desk, "one");
  await age(desk, ref, 2 * 3_600_000);
  const poor: Desk = { ...desk, ports: { ...desk.ports, actions: new Map() } };
  expect(await perform(() => activitiesOf(poor).recordVotes(ref, { canceled: false }))).toMatchObject({
    result: { status: "expired" },
  });
});
