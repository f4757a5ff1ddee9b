import { z } from "zod";
import { RunView } from "./guards.ts";
import { InvocationView } from "./invocation.ts";
import { MAX_WAIT_MS } from "./limits.ts";
import { Name } from "./principal.ts";

/** Body of `POST /v1/runs/{id}/compensate`; `actor` names whose run it is when it is not the caller's own. */
export const CompensateRequest = z.strictObject({
  actor: Name.optional(),
  reason: z.string().max(2_000).optional(),
  waitMs: z.int().min(0).max(MAX_WAIT_MS).optional(),
});
export type CompensateRequest = z.infer<typeof CompensateRequest>;

/** A door's request that a run be undone, as it travels through Temporal. */
export const RunCompensation = z.strictObject({
  tenant: z.string(),
  actor: z.string(),
  run: z.string(),
  // Subject who asked.
  by: z.string(),
  // In that person's words, redacted.
  reason: z.string().optional(),
  // Its place in the tenant's record: it speaks of the calls that were made before, and a step that ended before is tried anew. No clock can
  // turn that order round.
  askedSeq: z.int(),
  // W3C trace context of the request.
  traceParent: z.string().optional(),
  // Made by the door over all the rest.
  mac: z.string(),
});
export type RunCompensation = z.infer<typeof RunCompensation>;

/**
 * A call that is left as it is although it took effect, or may: its action has no `compensate`, its content was erased, nobody knows yet how
 * it ended, or it is still open and nothing is undone before it has ended.
 */
export const SkippedCall = z.object({
  id: z.string(),
  action: z.string(),
  why: z.enum(["not_compensable", "erased", "uncertain", "open"]),
});
export type SkippedCall = z.infer<typeof SkippedCall>;

/**
 * How far the undoing of a run is. `done`: every call that can be undone is. `stopped`: one step did not go through, and nothing before it
 * was touched, or a call of the run is still open; asking again goes on. `steps` are the newest 200 calls that undo, oldest first, `left` counts the calls that are
 * still to be undone, and `skipped` lists at most 200 others.
 */
export const CompensationView = z.object({
  run: RunView,
  status: z.enum(["done", "stopped", "running"]),
  steps: z.array(InvocationView),
  left: z.int(),
  skipped: z.array(SkippedCall),
});
export type CompensationView = z.infer<typeof CompensationView>;
