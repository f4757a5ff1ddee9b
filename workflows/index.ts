export { compensateRun } from "./compensate-run.ts";
export { guardedAction } from "./guarded-action.ts";
export { probeOutcome } from "./probe-outcome.ts";
