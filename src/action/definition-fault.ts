import { ACTION_NAME_PATTERN, MAX_ACTION_NAME_LENGTH } from "../contract/limits.ts";
import { CountersignError } from "../core/countersign-error.ts";

/** A part of a definition that nobody has checked yet: its values by field. */
export type Fields = Readonly<Record<string, unknown>>;

/** Says what is wrong with one field of the definition at hand, the field named as the developer wrote it: `limits.rate.limit`. */
export type Fault = (field: string, problem: string) => CountersignError;

/** Makes the faults (`invalid_request`) of the action of this name. */
export function createFault(name: unknown): Fault {
  const subject = isActionName(name) ? `Action ${name}` : "Action";
  return (field, problem) => new CountersignError("invalid_request", `${subject}: ${field} ${problem}`);
}

/** Whether a value can be an action's name: lower-case words joined by dots. */
export function isActionName(name: unknown): name is string {
  return typeof name === "string" && name.length <= MAX_ACTION_NAME_LENGTH && ACTION_NAME_PATTERN.test(name);
}
