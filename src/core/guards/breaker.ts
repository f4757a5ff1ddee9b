import type { BreakerLimit, FailureKind } from "../../contract/policy.ts";
import { type GuardRefusal, refuse } from "./refusal.ts";

/** What is known of a dependency's health, shared by all actions that name it. Instants are epoch milliseconds of the database's clock. */
export interface BreakerState {
  /** `closed` lets every call pass, `open` none, `half_open` one at a time: the probe. */
  readonly status: "closed" | "open" | "half_open";
  /** The latest counted failures in a row, oldest first; while it isn't closed, those that opened it. */
  readonly failedAtMs: readonly number[];
  /** When it last opened; absent while it is closed, as is `resetAtMs`. */
  readonly openedAtMs?: number;
  /** From when on a probe may be made. */
  readonly resetAtMs?: number;
  /** When a probe closed it; only while it is closed, because what began before that tells nothing new. */
  readonly closedAtMs?: number;
  /** The attempt that finds out whether the dependency is back, and until when it may keep others waiting. */
  readonly probe?: { readonly token: string; readonly untilMs: number };
}

/** A breaker of which nothing is known; what a reset leaves. */
export const CLOSED_BREAKER: BreakerState = Object.freeze({ status: "closed", failedAtMs: Object.freeze([]) });

/** The breaker lets nobody pass, or nobody else, until `untilMs`. */
export interface BreakerStop {
  readonly kind: "refused";
  readonly untilMs: number;
}

/** What asking for a passage gives. */
export type BreakerTake = { readonly kind: "taken"; readonly state: BreakerState } | BreakerStop;

/** How an attempt ended, as its dependency sees it; `none` when that says nothing: it was canceled, or its worker went away. */
export type BreakerOutcome = FailureKind | "success" | "none";

/** What an attempt has to say about its dependency. */
export interface BreakerReport {
  /** The one that it was let through with. */
  readonly token: string;
  /** When it was let through. */
  readonly beganAtMs: number;
  readonly outcome: BreakerOutcome;
}

/** After so long a probe is asked about again, though its lease may be longer. Our choice: most attempts report within it. */
const PROBE_LOOK_MS = 5_000;

/** Whether the breaker stops a call at `nowMs`. Reserves nothing: `undefined` means that the call may try. */
export function findRefusal(state: BreakerState, nowMs: number): BreakerStop | undefined {
  switch (state.status) {
    case "closed":
      return undefined;
    case "open":
      return stopUntil(state.resetAtMs, nowMs);
    case "half_open":
      // A probe reports sooner than its lease runs out, so it is worth looking again before.
      return stopUntil(state.probe && Math.min(state.probe.untilMs, nowMs + PROBE_LOOK_MS), nowMs);
  }
}

function stopUntil(untilMs: number | undefined, nowMs: number): BreakerStop | undefined {
  return untilMs !== undefined && untilMs > nowMs ? { kind: "refused", untilMs } : undefined;
}

/**
 * Lets an attempt through, as the probe if the breaker isn't closed: exactly one token holds it at a time, until `untilMs` at most.
 * The holder may take again, which gives it the new `untilMs`.
 */
export function takeBreaker(
  state: BreakerState,
  { token, nowMs, untilMs }: { readonly token: string; readonly nowMs: number; readonly untilMs: number },
): BreakerTake {
  if (state.status === "closed") return { kind: "taken", state };
  const refusal = state.probe?.token === token ? undefined : findRefusal(state, nowMs);
  return refusal ?? { kind: "taken", state: { ...state, status: "half_open", probe: { token, untilMs } } };
}

/**
 * Whether a report can change this state at all, whatever the time is. Most reports can't: a success while nothing fails,
 * everything but the probe's own while the breaker isn't closed, and what began before a probe closed it.
 */
export function isConcerned(
  state: BreakerState,
  settings: Pick<BreakerLimit, "countKinds" | "ignoreKinds">,
  report: BreakerReport,
): boolean {
  if (state.status !== "closed") return state.probe?.token === report.token;
  if (state.closedAtMs !== undefined && report.beganAtMs < state.closedAtMs) return false;
  const meaning = interpret(report.outcome, settings);
  return meaning === "failing" || (meaning === "answering" && state.failedAtMs.length > 0);
}

/** What the breaker is after an attempt reported at `nowMs`; the same object when nothing changed. */
export function reportOutcome(
  state: BreakerState,
  settings: BreakerLimit,
  report: BreakerReport & { readonly nowMs: number },
): BreakerState {
  if (!isConcerned(state, settings, report)) return state;
  const meaning = interpret(report.outcome, settings);
  if (state.status === "closed") {
    return meaning === "failing" ? addFailure(state, settings, report.nowMs) : { ...state, failedAtMs: [] };
  }
  // A probe that took too long has lost its right: another one may be under way, or may have been.
  if (state.probe === undefined || state.probe.untilMs <= report.nowMs) return state;
  const { probe: _, ...rest } = state;
  switch (meaning) {
    case "failing":
      return open([...state.failedAtMs, report.nowMs], settings, report.nowMs);
    case "answering":
      return { ...CLOSED_BREAKER, closedAtMs: report.nowMs };
    case "silent":
      return rest;
  }
}

function addFailure(state: BreakerState, settings: BreakerLimit, nowMs: number): BreakerState {
  const recent = state.failedAtMs.filter((atMs) => nowMs - atMs <= settings.windowMs);
  const failedAtMs = [...recent, nowMs];
  return failedAtMs.length >= settings.failures ? open(failedAtMs, settings, nowMs) : { ...state, failedAtMs };
}

function open(failedAtMs: readonly number[], settings: BreakerLimit, nowMs: number): BreakerState {
  return {
    status: "open",
    failedAtMs: failedAtMs.slice(-settings.failures),
    openedAtMs: nowMs,
    resetAtMs: nowMs + settings.resetAfterMs,
  };
}

/** What an outcome says of the dependency: that it fails, that it answers, or nothing. A kind that is both counted and ignored counts. */
function interpret(
  outcome: BreakerOutcome,
  { countKinds, ignoreKinds }: Pick<BreakerLimit, "countKinds" | "ignoreKinds">,
): "failing" | "answering" | "silent" {
  if (outcome === "success") return "answering";
  if (outcome === "none") return "silent";
  if (countKinds.includes(outcome)) return "failing";
  return ignoreKinds.includes(outcome) ? "answering" : "silent";
}

/** The refusal `circuit_open` of a call that the dependency's breaker stops until `untilMs`. */
export function createBreakerRefusal(dependency: string, untilMs: number, nowMs: number): GuardRefusal {
  const retryAfterMs = Math.max(0, untilMs - nowMs);
  return refuse("breaker", "circuit_open", {
    message: `The breaker of the dependency ${dependency} is open`,
    retryAfterMs,
    details: { dependency, resetAt: new Date(untilMs).toISOString(), retryAfterMs },
  });
}
