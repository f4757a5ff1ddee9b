import fc from "fast-check";
import { expect, test } from "vitest";
import type { BreakerLimit } from "../../../src/contract/policy.ts";
import {
  type BreakerOutcome,
  type BreakerState,
  CLOSED_BREAKER,
  findRefusal,
  isConcerned,
  reportOutcome,
  takeBreaker,
} from "../../../src/core/guards/breaker.ts";

const SETTINGS: BreakerLimit = {
  dependency: "ledger",
  failures: 3,
  resetAfterMs: 20,
  windowMs: 30,
  countKinds: ["timeout"],
  ignoreKinds: ["invalid"],
};
const LEASE_MS = 10;

/**
 * A breaker that forgets nothing: it keeps the whole story, and tells from it what holds. An attempt is known by its number.
 * Phases are divided by openings and closings; within one it looks back at all that was reported.
 */
class Story {
  private readonly said: { readonly atMs: number; readonly outcome: BreakerOutcome }[] = [];
  private readonly begun = new Map<string, number>();
  private closedAtMs = -Infinity;
  private openedAtMs: number | undefined;
  private probe: { readonly token: string; readonly untilMs: number } | undefined;
  /** The probe has been free since the reset, or since it was given back. */
  private isHalfOpen = false;

  get status(): BreakerState["status"] {
    if (this.openedAtMs === undefined) return "closed";
    return this.isHalfOpen ? "half_open" : "open";
  }

  mayTake(token: string, nowMs: number): boolean {
    if (this.openedAtMs === undefined) return true;
    if (!this.isHalfOpen) return nowMs >= this.openedAtMs + SETTINGS.resetAfterMs;
    return this.probe === undefined || this.probe.token === token || nowMs >= this.probe.untilMs;
  }

  take(token: string, nowMs: number): void {
    if (!this.mayTake(token, nowMs)) return;
    this.begun.set(token, nowMs);
    if (this.openedAtMs === undefined) return;
    this.isHalfOpen = true;
    this.probe = { token, untilMs: nowMs + LEASE_MS };
  }

  beganAtMs(token: string): number | undefined {
    return this.begun.get(token);
  }

  report(token: string, outcome: BreakerOutcome, nowMs: number): void {
    const beganAtMs = this.begun.get(token) ?? -Infinity;
    if (this.openedAtMs !== undefined) this.reportByProbe(token, outcome, nowMs);
    else if (beganAtMs >= this.closedAtMs) this.reportWhileClosed(outcome, nowMs);
  }

  private reportByProbe(token: string, outcome: BreakerOutcome, nowMs: number): void {
    if (this.probe?.token !== token || nowMs >= this.probe.untilMs) return;
    this.probe = undefined;
    if (outcome === "timeout") this.open(nowMs);
    if (outcome !== "success" && outcome !== "invalid") return;
    this.openedAtMs = undefined;
    this.isHalfOpen = false;
    this.closedAtMs = nowMs;
    this.said.length = 0;
  }

  private reportWhileClosed(outcome: BreakerOutcome, nowMs: number): void {
    this.said.push({ atMs: nowMs, outcome });
    const lastAnswer = this.said.findLastIndex(({ outcome: said }) => said === "success" || said === "invalid");
    const row = this.said.slice(lastAnswer + 1).filter(({ outcome: said }) => said === "timeout");
    const recent = row.filter(({ atMs }) => nowMs - atMs <= SETTINGS.windowMs);
    if (outcome === "timeout" && recent.length >= SETTINGS.failures) this.open(nowMs);
  }

  private open(nowMs: number): void {
    this.openedAtMs = nowMs;
    this.isHalfOpen = false;
    this.said.length = 0;
  }
}

const STEP = fc.record({
  pauseMs: fc.oneof({ weight: 3, arbitrary: fc.nat(4) }, fc.nat(35)),
  token: fc.constantFrom("a", "b", "c", "d", "e"),
  act: fc.oneof(
    fc.constant("take" as const),
    fc.constantFrom<BreakerOutcome>("timeout", "timeout", "timeout", "success", "invalid", "unknown", "none"),
  ),
});

test("takeBreaker() and reportOutcome() do what the whole story says, in any order and at any pace", () => {
  const visited = new Set<string>();
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 150, size: "max" }), (steps) => {
      const story = new Story();
      let state: BreakerState = CLOSED_BREAKER;
      let nowMs = 1_000;
      for (const { pauseMs, token, act } of steps) {
        nowMs += pauseMs;
        const before = state;
        if (act === "take") {
          const mayTake = story.mayTake(token, nowMs);
          const take = takeBreaker(state, { token, nowMs, untilMs: nowMs + LEASE_MS });
          expect(take.kind === "taken").toBe(mayTake);
          if (take.kind === "taken") state = take.state;
          else expect(take).toEqual(findRefusal(state, nowMs));
          story.take(token, nowMs);
        } else {
          const beganAtMs = story.beganAtMs(token);
          // Only what was let through reports.
          if (beganAtMs === undefined) continue;
          const report = { token, beganAtMs, outcome: act, nowMs };
          state = reportOutcome(state, SETTINGS, report);
          if (!isConcerned(before, SETTINGS, report)) expect(state).toBe(before);
          story.report(token, act, nowMs);
        }
        expect(state.status).toBe(story.status);
        expect(state.failedAtMs.length).toBeLessThanOrEqual(SETTINGS.failures);
        expect(state.probe === undefined || state.status === "half_open").toBe(true);
        visited.add(`${before.status} to ${state.status}`);
      }
    }),
    { numRuns: 200 },
  );
  expect([...visited].toSorted()).toEqual([
    "closed to closed",
    "closed to open",
    "half_open to closed",
    "half_open to half_open",
    "half_open to open",
    "open to half_open",
    "open to open",
  ]);
});

test("takeBreaker() lets one of many through at each instant, until the probe's time is over", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(6), { minLength: 1, maxLength: 100 }), (pausesMs) => {
      let state: BreakerState = { status: "open", failedAtMs: [0], openedAtMs: 0, resetAtMs: 20 };
      let nowMs = 0;
      let freeAtMs = 20;
      pausesMs.forEach((pauseMs, index) => {
        nowMs += pauseMs;
        const take = takeBreaker(state, { token: `attempt-${index}`, nowMs, untilMs: nowMs + LEASE_MS });
        expect(take.kind).toBe(nowMs >= freeAtMs ? "taken" : "refused");
        if (take.kind === "refused") return;
        state = take.state;
        freeAtMs = nowMs + LEASE_MS;
      });
    }),
  );
});
