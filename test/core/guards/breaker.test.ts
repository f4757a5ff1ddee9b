import { describe, expect, test } from "vitest";
import { BreakerLimit, FailureKind } from "../../../src/contract/policy.ts";
import {
  type BreakerOutcome,
  type BreakerState,
  CLOSED_BREAKER,
  createBreakerRefusal,
  findRefusal,
  reportOutcome,
  takeBreaker,
} from "../../../src/core/guards/breaker.ts";
import { breakerKinds } from "../../../src/core/guards/breaker-presets.ts";

const SETTINGS: BreakerLimit = {
  dependency: "ledger",
  failures: 3,
  resetAfterMs: 60_000,
  windowMs: 300_000,
  ...breakerKinds("default"),
};
const OPEN: BreakerState = { status: "open", failedAtMs: [1, 2, 3], openedAtMs: 3, resetAtMs: 60_003 };
const PROBED: BreakerState = { ...OPEN, status: "half_open", probe: { token: "probe", untilMs: 70_000 } };

interface Told {
  readonly outcome: BreakerOutcome;
  readonly nowMs: number;
  readonly token?: string;
  readonly beganAtMs?: number;
}

function tell(state: BreakerState, { token = "some", nowMs, beganAtMs = nowMs, outcome }: Told): BreakerState {
  return reportOutcome(state, SETTINGS, { token, beganAtMs, outcome, nowMs });
}

function tellAll(state: BreakerState, outcomes: readonly BreakerOutcome[], atMs = 1): BreakerState {
  return outcomes.reduce<BreakerState>((last, outcome, index) => tell(last, { outcome, nowMs: atMs + index }), state);
}

describe("reportOutcome() on a closed breaker", () => {
  test("reportOutcome() opens at the last of so many failures in a row", () => {
    expect(tellAll(CLOSED_BREAKER, ["timeout", "transport"])).toEqual({ status: "closed", failedAtMs: [1, 2] });
    expect(tellAll(CLOSED_BREAKER, ["timeout", "transport", "overloaded"])).toEqual(OPEN);
  });

  test.each<BreakerOutcome>(["success", "invalid", "not_found", "conflict"])(
    "reportOutcome() forgets failures after %s: the dependency answered",
    (answer) => {
      expect(tellAll(CLOSED_BREAKER, ["timeout", "timeout", answer])).toEqual(CLOSED_BREAKER);
      expect(tellAll(CLOSED_BREAKER, ["timeout", "timeout", answer, "timeout", "timeout"]).status).toBe("closed");
    },
  );

  test.each<BreakerOutcome>(["throttled", "auth", "unknown", "none"])(
    "reportOutcome() learns nothing from %s",
    (outcome) => {
      const failing = tellAll(CLOSED_BREAKER, ["timeout", "timeout"]);
      expect(tell(failing, { outcome, nowMs: 3 })).toBe(failing);
      expect(tellAll(CLOSED_BREAKER, ["timeout", outcome, "timeout", outcome, "timeout"]).status).toBe("open");
    },
  );

  test("reportOutcome() forgets failures that are older than the window, and not those as old as it", () => {
    const failing = tellAll(CLOSED_BREAKER, ["timeout", "timeout"], 1_000);
    expect(tell(failing, { outcome: "timeout", nowMs: 301_000 }).status).toBe("open");
    expect(tell(failing, { outcome: "timeout", nowMs: 301_001 })).toEqual({
      status: "closed",
      failedAtMs: [1_001, 301_001],
    });
  });

  test("reportOutcome() gives the very same state when nothing changed", () => {
    expect(tell(CLOSED_BREAKER, { outcome: "success", nowMs: 1 })).toBe(CLOSED_BREAKER);
    expect(tell(CLOSED_BREAKER, { outcome: "unknown", nowMs: 1 })).toBe(CLOSED_BREAKER);
  });

  test("reportOutcome() opens at once for another action that wants fewer failures", () => {
    const failing = tellAll(CLOSED_BREAKER, ["timeout"]);
    const impatient = { ...SETTINGS, failures: 2, resetAfterMs: 5 };
    const report = { token: "t", beganAtMs: 2, outcome: "timeout", nowMs: 2 } as const;
    expect(reportOutcome(failing, impatient, report)).toEqual({
      status: "open",
      failedAtMs: [1, 2],
      openedAtMs: 2,
      resetAtMs: 7,
    });
  });

  test("reportOutcome() counts a kind that is both counted and ignored", () => {
    const both = { ...SETTINGS, failures: 1, ignoreKinds: FailureKind.options };
    const report = { token: "t", beganAtMs: 2, outcome: "timeout", nowMs: 2 } as const;
    expect(reportOutcome(CLOSED_BREAKER, both, report).status).toBe("open");
  });
});

describe("reportOutcome() on a breaker that isn't closed", () => {
  test.each<BreakerOutcome>(["success", "timeout", "invalid", "none"])(
    "reportOutcome() of others changes nothing: %s",
    (outcome) => {
      for (const state of [OPEN, PROBED, { ...OPEN, status: "half_open" } as const]) {
        expect(tell(state, { outcome, nowMs: 65_000, beganAtMs: 1 })).toBe(state);
      }
    },
  );

  test.each<BreakerOutcome>(["success", "invalid", "not_found"])(
    "reportOutcome() closes on the probe's %s",
    (answer) => {
      expect(tell(PROBED, { token: "probe", outcome: answer, nowMs: 65_000 })).toEqual({
        status: "closed",
        failedAtMs: [],
        closedAtMs: 65_000,
      });
    },
  );

  test("reportOutcome() opens anew on the probe's failure", () => {
    expect(tell(PROBED, { token: "probe", outcome: "overloaded", nowMs: 65_000 })).toEqual({
      status: "open",
      failedAtMs: [2, 3, 65_000],
      openedAtMs: 65_000,
      resetAtMs: 125_000,
    });
  });

  test.each<BreakerOutcome>(["none", "unknown", "auth"])(
    "reportOutcome() gives the probe back on its %s",
    (outcome) => {
      expect(tell(PROBED, { token: "probe", outcome, nowMs: 65_000 })).toEqual({ ...OPEN, status: "half_open" });
    },
  );

  test("reportOutcome() of a probe whose time is over changes nothing", () => {
    expect(tell(PROBED, { token: "probe", outcome: "success", nowMs: 69_999 }).status).toBe("closed");
    expect(tell(PROBED, { token: "probe", outcome: "success", nowMs: 70_000 })).toBe(PROBED);
  });

  test("reportOutcome() after the closing ignores what began before it", () => {
    const closed: BreakerState = { status: "closed", failedAtMs: [], closedAtMs: 65_000 };
    expect(tell(closed, { outcome: "timeout", beganAtMs: 64_999, nowMs: 65_001 })).toBe(closed);
    const failing = tell(closed, { outcome: "timeout", beganAtMs: 65_000, nowMs: 65_001 });
    expect(failing).toEqual({ ...closed, failedAtMs: [65_001] });
    expect(tell(failing, { outcome: "success", beganAtMs: 64_999, nowMs: 65_002 })).toBe(failing);
    expect(tell(failing, { outcome: "success", beganAtMs: 65_001, nowMs: 65_002 })).toEqual(closed);
  });
});

describe("findRefusal() and takeBreaker()", () => {
  test("findRefusal() lets pass when closed, past the reset, and while nobody probes", () => {
    expect(findRefusal(CLOSED_BREAKER, 1)).toBeUndefined();
    expect(findRefusal(OPEN, 60_002)).toEqual({ kind: "refused", untilMs: 60_003 });
    expect(findRefusal(OPEN, 60_003)).toBeUndefined();
    expect(findRefusal(PROBED, 69_999)).toEqual({ kind: "refused", untilMs: 70_000 });
    expect(findRefusal(PROBED, 70_000)).toBeUndefined();
    expect(findRefusal({ ...OPEN, status: "half_open" }, 1)).toBeUndefined();
  });

  const take = (state: BreakerState, token: string, nowMs: number) =>
    takeBreaker(state, { token, nowMs, untilMs: nowMs + 10_000 });

  test("takeBreaker() of a closed one leaves it as it is", () => {
    expect(take(CLOSED_BREAKER, "a", 1)).toEqual({ kind: "taken", state: CLOSED_BREAKER });
  });

  test("takeBreaker() makes the first one past the reset the only probe", () => {
    expect(take(OPEN, "a", 60_002)).toEqual({ kind: "refused", untilMs: 60_003 });
    const first = take(OPEN, "a", 60_003);
    const probed: BreakerState = { ...OPEN, status: "half_open", probe: { token: "a", untilMs: 70_003 } };
    expect(first).toEqual({ kind: "taken", state: probed });
    expect(take(probed, "b", 70_002)).toEqual({ kind: "refused", untilMs: 70_003 });
    expect(take(probed, "b", 70_003)).toMatchObject({ kind: "taken", state: { probe: { token: "b" } } });
  });

  test("takeBreaker() by the probe's holder gives it more time", () => {
    expect(take(PROBED, "probe", 65_000)).toMatchObject({ state: { probe: { token: "probe", untilMs: 75_000 } } });
    expect(take(PROBED, "probe", 80_000)).toMatchObject({ state: { probe: { token: "probe", untilMs: 90_000 } } });
  });
});

describe("createBreakerRefusal()", () => {
  test("createBreakerRefusal() tells which dependency, until when and how long that is", () => {
    expect(createBreakerRefusal("ledger", 60_003, 3)).toEqual({
      kind: "refused",
      guard: "breaker",
      code: "circuit_open",
      message: "The breaker of the dependency ledger is open",
      retryable: true,
      retryAfterMs: 60_000,
      details: { dependency: "ledger", resetAt: "1970-01-01T00:01:00.003Z", retryAfterMs: 60_000 },
    });
  });
});

describe("breakerKinds()", () => {
  const IGNORED = ["invalid", "not_found", "conflict"];

  test.each([
    ["default", ["transport", "timeout", "overloaded"]],
    ["strict", ["transport", "timeout", "overloaded", "throttled", "auth"]],
    ["infra_only", ["transport", "timeout"]],
  ] as const)("breakerKinds() of %s counts %j", (preset, countKinds) => {
    expect(breakerKinds(preset)).toEqual({ countKinds, ignoreKinds: IGNORED });
  });

  test("breakerKinds() gives lists that may be changed", () => {
    breakerKinds("default").countKinds.push("auth");
    breakerKinds("default").ignoreKinds.length = 0;
    expect(breakerKinds("default")).toEqual({
      countKinds: ["transport", "timeout", "overloaded"],
      ignoreKinds: IGNORED,
    });
    expect(BreakerLimit.parse(SETTINGS)).toEqual(SETTINGS);
  });
});
