import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createReconciler, startReconciler } from "../../../activities/reconciler/start-reconciler.ts";
import type { InvocationRef } from "../../../src/contract/ids.ts";
import { newInvocationId } from "../../../src/core/ids.ts";
import type { Log, RunningQuery, RunPage } from "../../../src/gateway/ports.ts";
import { observe } from "../../../src/process/observe.ts";
import { type Desk, openDesk, rowOf } from "../desk.ts";
import { begin, type PlayedTemporal, playTemporal, portsOf, TERMINATED } from "./played-temporal.ts";

const log = vi.fn<Log>();
const reconciled = vi.fn<(outcome: string, count?: number) => void>();

let desk: Desk;
let played: PlayedTemporal;

beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(async () => {
  played = playTemporal();
  for (const spy of [log, reconciled]) spy.mockClear();
  await desk.store.db.query("truncate invocation, input_revision, audit_event, audit_head");
});
afterEach(() => void vi.useRealTimers());

function reconciler(queues: readonly string[] = ["desk"]) {
  return createReconciler({ ...portsOf(desk, played), log, metrics: { ...NO_METRICS, reconciled } }, queues);
}

/** Counts nothing. */
const NO_METRICS = {
  ...{ refused: () => undefined, stuckCalls: () => undefined, decided: () => undefined, auditFailed: () => undefined },
  ...{ closed: () => undefined, startedAfterVote: () => undefined },
  ...{ answered: () => undefined, watchSlots: () => undefined },
  render: async () => "",
};

/** Calls that were accepted an hour ago. */
async function acceptOld(count = 1): Promise<InvocationRef[]> {
  const refs = [];
  for (let made = 0; made < count; made += 1) refs.push(await desk.accept("free.idempotent"));
  await desk.store.db.query("update invocation set created_at = created_at - interval '1 hour'");
  return refs;
}

function newRun(): InvocationRef {
  return { tenant: "default", id: newInvocationId(randomBytes) };
}

function end(...refs: readonly InvocationRef[]): void {
  for (const { id } of refs) played.states.set(id, { kind: "ended", end: TERMINATED });
}

const ONE_CANCELED = { canceled: 1, failed: 0, uncertain: 0 };

describe("reconciler.look()", () => {
  it("tells what it did, and counts it", async () => {
    const [ended] = await acceptOld(2);
    if (ended !== undefined) end(ended);
    const report = await reconciler().look();
    expect(report).toEqual({ checked: 2, closed: ONE_CANCELED, restarted: 0, rowless: 0, waiting: 0, faults: 0 });
    expect(reconciled.mock.calls).toEqual([["canceled", 1]]);
    expect(log).toHaveBeenCalledWith("info", "Rows and runs were brought together", report);
  });

  it("counts a call that it closed once, with a store that counts as well", async () => {
    end(...(await acceptOld()));
    const { store, metrics } = observe(desk.store);
    await createReconciler({ ...portsOf(desk, played), store, metrics }, []).look();
    expect(await metrics.render()).toMatch(/^countersign_invocations_closed_total\{.*canceled.*\} 1$/m);
  });

  it("looks every time at what a worker may still report, until that is closed", async () => {
    const ref = await begin(desk, "free.at_most_once", 0);
    end(ref);
    const looking = reconciler();
    expect(await looking.look()).toMatchObject({ checked: 1, waiting: 1 });
    expect(await looking.look()).toMatchObject({ checked: 1, waiting: 1 });
    await desk.store.db.query("update invocation set status = 'executed', closed_at = ms_now()");
    expect(await looking.look()).toMatchObject({ checked: 0, waiting: 0 });
  });

  it("says nothing when there was nothing to do", async () => {
    await acceptOld();
    await reconciler().look();
    expect([log.mock.calls, reconciled.mock.calls]).toEqual([[], []]);
  });

  it("takes the search for a hint: what it says has ended and runs after all is left alone", async () => {
    const ref = await desk.accept("free.idempotent");
    played.ended = [ref, ref];
    expect(await reconciler().look()).toMatchObject({ checked: 1, closed: { canceled: 0 } });
    end(ref);
    expect(await reconciler().look()).toMatchObject({ checked: 1, closed: ONE_CANCELED });
  });

  it("goes on without the search where that is out of order", async () => {
    end(...(await acceptOld()));
    played.away = "search";
    expect(await reconciler().look()).toMatchObject({ closed: ONE_CANCELED });
    expect(log).toHaveBeenCalledWith("warn", "The reconciler could not search for ended runs", expect.anything());
  });

  it("lets no row that can't be checked keep others from it", async () => {
    const refs = await acceptOld(3);
    end(...refs);
    played.away = refs[1]?.id;
    expect(await reconciler().look()).toMatchObject({ checked: 3, closed: { canceled: 2 }, faults: 1 });
  });

  it("stops when nothing can be checked any more", async () => {
    const refs = await acceptOld(15);
    const ports = portsOf(desk, played);
    const describeRun = vi.fn<() => Promise<never>>(() => Promise.reject(new Error("Temporal is away")));
    const states = { ...ports.states, describe: describeRun };
    expect(await createReconciler({ ...ports, states }, []).look()).toMatchObject({ faults: 10 });
    expect(describeRun).toHaveBeenCalledTimes(10);
    for (const ref of refs) expect((await rowOf(desk, ref)).status).toBe("accepted");
  });

  it("leaves a run that is missing to the relay while nothing was decided", async () => {
    const [ref] = await acceptOld();
    if (ref !== undefined) played.states.set(ref.id, { kind: "missing" });
    expect(await reconciler().look()).toMatchObject({ checked: 1, restarted: 0 });
    expect(played.restarted).toEqual([]);
  });

  it("wakes runs without a row, of its own task queues", async () => {
    const kept = await desk.accept("free.idempotent");
    const gone = newRun();
    played.running = [kept, gone];
    expect(await reconciler([]).look()).toMatchObject({ rowless: 0 });
    expect(await reconciler().look()).toMatchObject({ rowless: 1 });
    expect(played.woken).toEqual([gone.id]);
  });
});

describe("reconciler.lookAtAll()", () => {
  it("looks at rows that were made a moment ago as well", async () => {
    const ref = await desk.accept("free.idempotent");
    end(ref);
    expect(await reconciler().look()).toMatchObject({ checked: 0 });
    await desk.store.db.query("update invocation set created_at = created_at - interval '1 second'");
    expect(await reconciler().lookAtAll()).toMatchObject({ checked: 1, closed: ONE_CANCELED });
  });

  it("comes to its end while calls go on being made", async () => {
    await acceptOld(50);
    const ports = portsOf(desk, played);
    const describeRun = async (ref: InvocationRef) => {
      await desk.accept("free.idempotent");
      return ports.states.describe(ref);
    };
    const { lookAtAll } = createReconciler({ ...ports, states: { ...ports.states, describe: describeRun } }, []);
    expect(await lookAtAll()).toMatchObject({ checked: 50 });
  });

  it("wakes the runs without a row of each of its task queues, page by page, once", async () => {
    const [first, second] = [newRun(), newRun()];
    const ports = portsOf(desk, played);
    const listRunning = ({ taskQueue, page }: RunningQuery): Promise<RunPage> => {
      if (taskQueue === "short") return Promise.resolve({ refs: [first] });
      return Promise.resolve(page === undefined ? { refs: [], next: new Uint8Array([1]) } : { refs: [second] });
    };
    const { lookAtAll } = createReconciler({ ...ports, states: { ...ports.states, listRunning } }, ["short", "long"]);
    expect(await lookAtAll()).toMatchObject({ rowless: 2 });
    expect(played.woken).toEqual([first.id, second.id]);
  });
});

describe("startReconciler()", () => {
  it("looks every 15 s until it is stopped, also after a look that failed", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const ports = portsOf(desk, played);
    const ping = vi.fn<() => Promise<void>>(() => Promise.reject(new Error("Temporal is away")));
    const running = startReconciler({ ...ports, log, states: { ...ports.states, ping } }, []);
    for (let looks = 1; looks <= 3; looks += 1) {
      await vi.advanceTimersByTimeAsync(15_000);
      expect(ping).toHaveBeenCalledTimes(looks);
    }
    expect(log).toHaveBeenCalledWith("warn", "The reconciler's look failed and is tried again", expect.anything());
    await running.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ping).toHaveBeenCalledTimes(3);
  });
});
