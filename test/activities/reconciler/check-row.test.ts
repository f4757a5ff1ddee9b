import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { checkRow } from "../../../activities/reconciler/check-row.ts";
import type { KnownEnds } from "../../../activities/reconciler/late-report.ts";
import type { InvocationRef } from "../../../src/contract/ids.ts";
import type { RunState } from "../../../src/gateway/ports.ts";
import { type Desk, openDesk } from "../desk.ts";
import { begin, type PlayedTemporal, playTemporal, portsOf, TERMINATED } from "./played-temporal.ts";

const MINUTE = 60_000;
const ENDED: RunState = { kind: "ended", end: TERMINATED };

let desk: Desk;
let played: PlayedTemporal;
let ends: KnownEnds;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(() => {
  played = playTemporal();
  ends = new Map();
});

/** Checks a call whose run stands so, as of so many milliseconds on this process's clock. */
async function check(ref: InvocationRef, state: RunState, nowMs = 0) {
  played.states.set(ref.id, state);
  const [row] = await desk.store.orphans.listOpen([ref]);
  return row === undefined ? "closed" : checkRow(portsOf(desk, played), row, { nowMs, ends });
}

describe("checkRow() of a lost run", () => {
  it("doesn't start it again while the worker that began the action may still be at it", async () => {
    const ref = await begin(desk, "free.at_most_once", 0);
    expect(await check(ref, { kind: "missing" })).toBe("waiting");
    expect(played.restarted).toEqual([]);
    const lost = await begin(desk, "free.at_most_once", 2 * MINUTE);
    expect(await check(lost, { kind: "missing" })).toBe("restarted");
    expect(played.restarted).toEqual([lost.id]);
  });

  it("waits longer for an action of which nobody knows any more how long it takes", async () => {
    const [ref, lost] = [
      await begin(desk, "free.at_most_once", 2 * MINUTE),
      await begin(desk, "free.at_most_once", 60 * MINUTE),
    ];
    await desk.store.db.query("update invocation set action_version = 'gone' where id = any($1)", [[ref.id, lost.id]]);
    expect(await check(ref, { kind: "missing" })).toBe("waiting");
    expect(await check(lost, { kind: "missing" })).toBe("restarted");
  });
});

describe("checkRow() of a run that has ended", () => {
  it("gives the worker its time from when the end was seen, whatever Temporal's clock says", async () => {
    const ref = await begin(desk, "free.at_most_once", 0);
    expect(await check(ref, ENDED, 5_000)).toBe("waiting");
    expect(await check(ref, ENDED, 5_000 + 29_000)).toBe("waiting");
    expect(await check(ref, ENDED, 5_000 + 10 * MINUTE)).toBe("uncertain");
    expect(ends.size).toBe(0);
  });

  it("waits for no attempt whose own time was over long ago", async () => {
    const ref = await begin(desk, "free.at_most_once", 60 * MINUTE);
    expect(await check(ref, ENDED)).toBe("uncertain");
  });

  it("gives the worker its time again when another run has ended", async () => {
    const ref = await begin(desk, "free.at_most_once", 0);
    expect(await check(ref, ENDED)).toBe("waiting");
    const next: RunState = { kind: "ended", end: { ...TERMINATED, runId: "run-2" } };
    expect(await check(ref, next, 10 * MINUTE)).toBe("waiting");
  });

  it.each(["running", "missing"] as const)("forgets the end of a run whose successor is %s", async (kind) => {
    const ref = await begin(desk, "free.at_most_once", 0);
    await check(ref, ENDED);
    await check(ref, { kind });
    expect(ends.size).toBe(0);
  });
});
