import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import type { GatewayPorts } from "../../src/gateway/ports.ts";
import { startRelay } from "../../src/gateway/relay.ts";
import { activitiesOf, type Desk, insertVote, noRuns, openDesk, perform } from "../activities/desk.ts";

let desk: Desk;
/** What was handed to Temporal, by whom. */
let handed: [relay: string, kind: string, id: string][];

beforeAll(async () => {
  desk = await openDesk();
  await desk.caller({ subject: "ada" });
});
afterAll(() => desk.close());
beforeEach(async () => {
  handed = [];
  await desk.store.db.query("truncate invocation, input_revision, approval, vote, audit_event, audit_head");
});

/** One look of a process's relay. The first process dies while it hands over: nothing of it arrives. */
async function lookBy(relay: "dying" | "other"): Promise<void> {
  const hand = async (kind: string, id: string): Promise<void> => {
    if (relay === "dying") throw new Error("The process died");
    handed.push([relay, kind, id]);
  };
  const runs: GatewayPorts["runs"] = {
    ...noRuns(),
    start: (run) => hand("start", run.ref.id),
    wake: (ref) => hand("wake", ref.id),
    cancel: (ref) => hand("cancel", ref.id),
  };
  const started = startRelay({ store: desk.store, runs, log: () => undefined });
  await started.look();
  await started.stop();
}

/** Lets so many seconds go by for every row. */
async function age(seconds: number): Promise<void> {
  const columns = { invocation: ["created_at", "cancel_at", "leased_until"], vote: ["made_at", "leased_until"] };
  for (const [table, names] of Object.entries(columns))
    for (const name of names)
      await desk.store.db.query(`update ${table} set ${name} = ${name} - make_interval(secs => $1::float8)`, [seconds]);
}

const accept = (): Promise<InvocationRef> => desk.accept("free.idempotent");

async function ask(): Promise<InvocationRef> {
  const ref = await desk.accept("asked.idempotent");
  await perform(() => activitiesOf(desk).decideInvocation(ref));
  return ref;
}

async function vote(): Promise<InvocationRef> {
  const ref = await ask();
  await insertVote(desk, ref);
  return ref;
}

async function cancel(): Promise<InvocationRef> {
  const ref = await ask();
  await desk.store.invocations.update(ref, { cancel_at: new Date() });
  return ref;
}

describe("relay.look() by another process", () => {
  it.each([
    ["start", accept],
    ["wake", vote],
    ["cancel", cancel],
  ])("takes up a %s whose lessee died, once the lease is over and not before", async (kind, make) => {
    const { id } = await make();
    await age(6);
    await lookBy("dying");
    await age(5);
    await lookBy("other");
    expect(handed).toEqual([]);
    await age(6);
    await lookBy("other");
    expect(handed).toEqual([["other", kind, id]]);
  });
});
