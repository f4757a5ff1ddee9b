import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RowlessSearch, wakeRowless } from "../../../activities/reconciler/find-rowless.ts";
import type { InvocationRef } from "../../../src/contract/ids.ts";
import { newInvocationId } from "../../../src/core/ids.ts";
import type { RunningQuery } from "../../../src/gateway/ports.ts";
import { type Desk, openDesk } from "../desk.ts";
import { playTemporal, portsOf } from "./played-temporal.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

function goneRun(): InvocationRef {
  return { tenant: "default", id: newInvocationId(randomBytes) };
}

/** A desk's ports whose search for running runs answers so. */
function playSearch(listRunning: (query: RunningQuery) => { refs: InvocationRef[]; next?: Uint8Array }) {
  const played = playTemporal();
  const ports = portsOf(desk, played);
  // A played search that throws rejects.
  const states = { ...ports.states, listRunning: async (query: RunningQuery) => listRunning(query) };
  return { played, ports: { ...ports, states } };
}

describe("wakeRowless()", () => {
  it("begins anew after a page token that Temporal no longer takes", async () => {
    const gone = goneRun();
    const { played, ports } = playSearch(({ page }) => {
      // As after an upgrade of the search's store: tokens of before are refused for ever.
      if (page !== undefined) throw new Error("invalid NextPageToken");
      return { refs: [gone] };
    });
    const scope = { taskQueues: ["desk"], search: new Map([["desk", new Uint8Array([1])]]), nowMs: Date.now() };
    expect(await wakeRowless(ports, scope)).toEqual({ rowless: 0, faults: 1 });
    expect(await wakeRowless(ports, scope)).toEqual({ rowless: 1, faults: 0 });
    expect(played.woken).toEqual([gone.id]);
  });

  it("lets no task queue that can't be searched keep others from it", async () => {
    const gone = goneRun();
    const { played, ports } = playSearch(({ taskQueue }) => {
      if (taskQueue === "broken") throw new Error("Out of order");
      return { refs: [gone] };
    });
    const scope = { taskQueues: ["broken", "desk"], search: new Map(), nowMs: Date.now() };
    expect(await wakeRowless(ports, scope)).toEqual({ rowless: 1, faults: 1 });
    expect(played.woken).toEqual([gone.id]);
  });

  it("lets no run that can't be woken keep others from it, and goes on behind it", async () => {
    const [stuck, gone] = [goneRun(), goneRun()];
    const { played, ports } = playSearch(() => ({ refs: [stuck, gone], next: new Uint8Array([1]) }));
    const wake = async (ref: InvocationRef) => {
      if (ref.id === stuck.id) throw new Error("Too many signals");
      await ports.states.wake(ref);
    };
    const search: RowlessSearch = new Map();
    const scope = { taskQueues: ["desk"], search, nowMs: Date.now() };
    expect(await wakeRowless({ ...ports, states: { ...ports.states, wake } }, scope)).toEqual({
      rowless: 1,
      faults: 1,
    });
    expect(played.woken).toEqual([gone.id]);
    expect(search.get("desk")).toEqual(new Uint8Array([1]));
  });
});
