import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Activities, createActivities } from "../../activities/index.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { acceptApproved, activitiesOf, type Desk, insertVote, openDesk, perform, rowOf } from "./desk.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
  await desk.caller({ subject: "ada" });
});
beforeEach(() => desk.store.db.query("delete from worker"));
afterAll(() => desk.close());

/** The activities of a worker of another release: it has other versions of all actions than the calls below were made for. */
function otherRelease(): Activities {
  const changed = [...desk.ports.actions].map(
    ([name, action]) => [name, { ...action, description: "Changed" }] as const,
  );
  return createActivities({ ...desk.ports, actions: new Map(changed) });
}

/** A worker that has the call's version, of the call's queue. */
async function signOther(ref: InvocationRef, change: { version?: string; taskQueue?: string; buildId?: string } = {}) {
  const { action, action_version } = await rowOf(desk, ref);
  const { version = action_version, taskQueue = "desk", buildId } = change;
  await desk.store.workers.sign({ identity: "2@other", taskQueue, buildId, versions: { [action]: version } });
}

function performLocally<Result>(work: () => Promise<Result>): Promise<Result> {
  const logger = new DefaultLogger("ERROR", () => undefined);
  return new MockActivityEnvironment({ isLocal: true }, { logger }).run(work);
}

const LEFT = { type: "other_version", nonRetryable: false, nextRetryDelay: 250, category: "BENIGN" };

test("assertOwnVersion() leaves a decision to the workers that have the call's version", async () => {
  const ref = await desk.accept("free.idempotent");
  await signOther(ref);
  const { decideInvocation } = otherRelease();
  await expect(perform(() => decideInvocation(ref))).rejects.toMatchObject(LEFT);
  expect(await rowOf(desk, ref)).toMatchObject({ status: "accepted", verdict: null });
});

test("assertOwnVersion() lets a local activity not try again, since it would stay with this worker", async () => {
  const ref = await desk.accept("free.idempotent");
  await signOther(ref);
  const { decideInvocation } = otherRelease();
  await expect(performLocally(() => decideInvocation(ref))).rejects.toMatchObject({ ...LEFT, nonRetryable: true });
});

test("assertOwnVersion() leaves the judging of votes to them", async () => {
  const ref = await desk.accept("asked.idempotent");
  await perform(() => activitiesOf(desk).decideInvocation(ref));
  const { recordVotes } = otherRelease();
  await signOther(ref);
  await insertVote(desk, ref);
  await expect(perform(() => recordVotes(ref, { canceled: false }))).rejects.toMatchObject(LEFT);
  expect((await rowOf(desk, ref)).status).toBe("pending");
});

test.each(["free.idempotent", "free.at_most_once"])(
  "assertOwnVersion() leaves the execution of %s to them",
  async (action) => {
    const ref = await desk.accept(action);
    await perform(() => activitiesOf(desk).decideInvocation(ref));
    const { executeAction } = otherRelease();
    await signOther(ref);
    await expect(perform(() => executeAction(ref))).rejects.toMatchObject(LEFT);
    expect(desk.acts.filter(({ id }) => id === ref.id)).toEqual([]);
    await desk.store.workers.stop("2@other");
    await perform(() => executeAction(ref), 2);
    expect(desk.acts.filter(({ id }) => id === ref.id)).toHaveLength(1);
  },
);

test("assertOwnVersion() leaves what was approved to them", async () => {
  const ref = await acceptApproved(desk, "at_most_once");
  await signOther(ref);
  await expect(perform(() => otherRelease().executeAction(ref))).rejects.toMatchObject(LEFT);
});

test.each([
  ["has yet another version", { version: "third" }],
  ["polls another queue", { taskQueue: "elsewhere" }],
  ["is of another build, whose work Temporal keeps apart", { buildId: "7" }],
])("assertOwnVersion() lets this worker do where the other one %s", async (_what, change) => {
  const ref = await desk.accept("free.idempotent");
  await signOther(ref, change);
  expect(await perform(() => otherRelease().decideInvocation(ref))).toMatchObject({ kind: "execute" });
});

test("assertOwnVersion() asks nobody where the version is this worker's own", async () => {
  const ref = await desk.accept("free.idempotent");
  await signOther(ref);
  expect(await perform(() => activitiesOf(desk).decideInvocation(ref))).toMatchObject({ kind: "execute" });
});
