import { z } from "zod";
import { ApprovalTerms } from "./approval-terms.ts";
import { ACTION_NAME_PATTERN, MAX_ACTION_NAME_LENGTH } from "./limits.ts";
import { LimitTerms } from "./policy.ts";

/** How much harm an action can do; rules match on it and approvers see it. */
export const Risk = z.enum(["low", "medium", "high"]);
export type Risk = z.infer<typeof Risk>;

/**
 * What may be done when it is unknown whether an attempt took effect:
 * `idempotent` runs again with the same key, `at_most_once` never runs again,
 * `verifiable` asks the action's `probe` first and runs again only when that says that nothing was done,
 * `inline` is an idempotent one that is quick enough (5 s) to run inside the workflow task.
 */
export const ExecutionMode = z.enum(["idempotent", "at_most_once", "verifiable", "inline"]);
export type ExecutionMode = z.infer<typeof ExecutionMode>;

/** An action's name: lower-case words joined by dots. */
export const ActionName = z
  .string()
  .max(MAX_ACTION_NAME_LENGTH)
  .regex(ACTION_NAME_PATTERN, "lower-case words joined by dots");

/** The times and counts an execution keeps; all durations in milliseconds. */
export const ExecutionOptions = z.object({
  mode: ExecutionMode,
  attemptTimeoutMs: z.int().positive(),
  totalTimeoutMs: z.int().positive(),
  maxAttempts: z.int().positive(),
  heartbeatTimeoutMs: z.int().positive(),
});
export type ExecutionOptions = z.infer<typeof ExecutionOptions>;

/**
 * What a worker publishes of an action, all that an API process knows of it. `limits` are the action's own, absent where it has none;
 * a budget without estimate and plan is reckoned by a function of the action. Policy may add others and lower these. `approval` is what it
 * takes to approve a call at least, whoever asks for that; absent where the action leaves it to policy. `compensates` names the action
 * whose executed calls this one undoes; such an action is called through the run that is compensated, never by itself.
 */
export const Manifest = z.object({
  name: ActionName,
  version: z.string(),
  title: z.string().optional(),
  description: z.string(),
  risk: Risk,
  approvalRequired: z.boolean(),
  approval: ApprovalTerms.optional(),
  requiredScopes: z.array(z.string()),
  tags: z.array(z.string()),
  secretFields: z.array(z.string()),
  inputSchema: z.record(z.string(), z.unknown()),
  outputSchema: z.record(z.string(), z.unknown()).optional(),
  execution: ExecutionOptions,
  limits: LimitTerms.optional(),
  compensates: ActionName.optional(),
  // Whether it can find out if a call took effect, and whether it can undo one. Absent where it can't.
  canProbe: z.boolean().optional(),
  canCompensate: z.boolean().optional(),
  taskQueue: z.string(),
});
export type Manifest = z.infer<typeof Manifest>;

/** An action as `GET /v1/actions` shows it. */
export const ActionView = Manifest.omit({ secretFields: true, taskQueue: true });
export type ActionView = z.infer<typeof ActionView>;
