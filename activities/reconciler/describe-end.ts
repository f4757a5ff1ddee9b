import type { RunEnd, RunEnding } from "../../src/core/run-end.ts";
import type { Redact } from "../../src/gateway/ports.ts";

/** Characters of an operator's reason that are kept. Our choice. */
const MAX_REASON_CHARS = 200;

/** Ends that somebody or something brought about from outside of the run. */
const ENDED: Readonly<Record<RunEnding, string>> = {
  terminated: "Its run was ended by an operator in Temporal",
  timed_out: "Its run was ended by a time limit in Temporal",
  failed: "Its run failed as a whole in Temporal",
  canceled: "Its run was canceled in Temporal",
  completed: "Its run completed in Temporal without closing it",
};

/** Why an invocation is closed whose run has ended without it, in a sentence that may be shown. */
export function describeEnd({ how, told, reason }: RunEnd, redact: Redact): string {
  if (told !== undefined) return `Its run ended as ${told}, which the record does not know`;
  if (reason === undefined) return ENDED[how];
  const text = String(redact(reason));
  return `${ENDED[how]}: ${text.length > MAX_REASON_CHARS ? `${text.slice(0, MAX_REASON_CHARS)}…` : text}`;
}
