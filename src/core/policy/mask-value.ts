import { MAX_INPUT_DEPTH } from "./limits.ts";

const MASK = "****";

/** Characters that a masked text shows at most, its last ones. Our choice: enough to tell one card or account from another. */
const SHOWN_CHARS = 4;

/** A shorter text shows nothing: a third of it would be too much. */
const MIN_SHOWN_FROM_CHARS = 12;

/** A value that tells only that there was one: a long text keeps its last four characters, containers their keys and lengths. */
export function maskValue(value: unknown, depth = 0): unknown {
  if (depth > MAX_INPUT_DEPTH) throw new RangeError("Too deep");
  if (value === null || value === undefined) return value;
  if (typeof value === "string") return maskText(value);
  if (Array.isArray(value)) return value.map((member) => maskValue(member, depth + 1));
  if (typeof value !== "object") return MASK;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, maskValue(member, depth + 1)]));
}

function maskText(text: string): string {
  if (text.length < MIN_SHOWN_FROM_CHARS) return MASK;
  // By whole characters, so that none is cut in two.
  const last = Array.from(text.slice(-2 * SHOWN_CHARS)).slice(-SHOWN_CHARS);
  return `${MASK}${last.join("")}`;
}
