import type { PolicyCall } from "../call.ts";

/** Characters of an input in a title. Our choice: one line of a screen. */
const MAX_INPUT_CHARS = 100;

/** A call in a few words: the action, and its input, of which a lone text is shown as it stands. */
export function titleOf({ action, input }: Pick<PolicyCall, "action" | "input">): string {
  const text = loneTextOf(input) ?? JSON.stringify(input);
  const short = text.length > MAX_INPUT_CHARS ? `${text.slice(0, MAX_INPUT_CHARS - 1)}…` : text;
  return `${action}: ${short}`;
}

function loneTextOf(input: unknown): string | undefined {
  if (typeof input === "string") return input;
  if (typeof input !== "object" || input === null) return undefined;
  const [member, ...others] = Object.values(input) as unknown[];
  return others.length === 0 && typeof member === "string" && !Array.isArray(input) ? member : undefined;
}
