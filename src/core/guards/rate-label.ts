/** Characters of a label, and of one value in it. Our choice: a line on a screen, with room for several values. */
const MAX_LABEL_CHARS = 300;
const MAX_VALUE_CHARS = 80;

/** What a counter's label tells. */
interface CounterWords {
  /** The action that counts by itself, or the key that several share. */
  readonly owner: readonly ["action" | "key", string];
  /** Scope names with what they stand for, redacted already; `undefined` for nothing. */
  readonly values: readonly (readonly [string, unknown])[];
  /** What a call counts for, unless it is one, or a shared key lets calls count for different amounts. */
  readonly cost: number | string | undefined;
}

/**
 * Says what a rate counts, as JSON text such as `{"action":"mail.send","scope":{"actor":"ann"}}`. Long values are cut, and so is
 * a label beyond 300 characters: it is for people to read, not for programs.
 */
export function labelCounter({ owner: [kind, name], values, cost }: CounterWords): string {
  const scope = Object.fromEntries(values.map(([scopeName, value]) => [scopeName, showValue(value)]));
  return cut(JSON.stringify({ [kind]: name, scope, cost }), MAX_LABEL_CHARS);
}

function showValue(value: unknown): unknown {
  if (value === undefined) return "(none)";
  if (typeof value === "string") return cut(value, MAX_VALUE_CHARS);
  return typeof value === "object" && value !== null ? cut(JSON.stringify(value), MAX_VALUE_CHARS) : value;
}

/** Never cuts a pair of surrogates apart. */
function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  return `${text.slice(0, maxChars - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
