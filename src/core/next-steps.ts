import type { ErrorCode } from "./errors.ts";

/** What is known of an error when somebody asks what to do now. Details may have come over the wire, so they are looked at, not trusted. */
export interface BlockedCall {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

type Members = Readonly<Record<string, unknown>>;

const UNITS = ["usd", "tokens", "units"];

/** What to do about a call that was blocked, one imperative sentence per line; names limits, kinds and places, never a value. */
export function describeNextSteps(blocked: BlockedCall): readonly string[] {
  switch (blocked.code) {
    case "fact_missing":
      return [...describeMissing(blocked.details), "Then make the same call again in the same session."];
    case "session_required":
      return [describeSession(blocked.details)];
    case "run_required":
      return ["Pass the id of your run (run) with the call, the same one for all calls of the run."];
    case "rate_limited":
      return [`${describeWait(blocked)}. Until then do not repeat the call.`];
    case "circuit_open":
      return [`${describeWait(blocked)}: what the action depends on is failing. Until then do not repeat the call.`];
    case "budget_exceeded":
      return [...describeBudget(blocked.details), "Ask for less, or ask a person for a larger budget."];
    case "attempts_exceeded":
      return ["Stop: do not call this action again in this run. Tell a person what is still to be done."];
    default:
      return [
        blocked.retryable
          ? `The same call may succeed later${blocked.retryAfterMs === undefined ? "" : `, after ${inSeconds(blocked.retryAfterMs)}`}.`
          : "Do not repeat the same call; change the plan or ask a person.",
      ];
  }
}

/** One line for each kind and its hint: what to do first. */
function describeMissing({ missing, more }: Members): readonly string[] {
  const lines = new Set<string>();
  for (const fact of Array.isArray(missing) ? missing.filter(isMembers) : []) {
    const { kind, hint } = fact;
    if (typeof kind !== "string") continue;
    lines.add(
      typeof hint === "string"
        ? `First: ${onOneLine(hint)} (proves ${kind}).`
        : `First: call the action that proves ${kind}.`,
    );
  }
  if (typeof more === "number") lines.add(`${more} more of these are not proven.`);
  return [...lines];
}

function describeSession({ closed }: Members): string {
  return closed === true
    ? "Begin a new session: pass another session id (session), prove the facts there, and then make this call in it."
    : "Pass a session id (session) with this call, the same one as with the calls that prove the facts, and make those first.";
}

/** What is left and what was asked, where the numbers are known. */
function describeBudget({ unit, limit, used, reserved, requested }: Members): readonly string[] {
  const numbers = [limit, used, reserved, requested];
  if (!numbers.every((number) => typeof number === "number")) return [];
  const [allowed = 0, spent = 0, held = 0, asked = 0] = numbers;
  const named = UNITS.find((word) => word === unit);
  const left = Number(Math.max(0, allowed - spent - held).toFixed(6));
  return [`Left: ${left} of ${allowed}${named === undefined ? "" : ` ${named}`}. Asked: ${asked}.`];
}

function describeWait({ retryAfterMs }: BlockedCall): string {
  return retryAfterMs === undefined ? "Wait and try again later" : `Wait ${inSeconds(retryAfterMs)}`;
}

/** Rounded up: who comes back a moment early is refused once more. */
function inSeconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}

/** Hints are written by people and end as they like; the sentence around them has its own end. */
function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().replace(/\.$/, "");
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null;
}
