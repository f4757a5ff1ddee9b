import canonicalize from "canonicalize";

/** With the `u` flag a paired surrogate is one character, so only lone ones match. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * The RFC 8785 form of a JSON value: equal values give equal text, whatever the order of their keys.
 *
 * A lone surrogate has no UTF-8 form and becomes U+FFFD, just as an encoder would write it, so that what is hashed is
 * what is stored. Values that differ only there give the same text; inputs are checked for it before they come this far.
 * @throws Error for what JSON can't say: a number that is not finite, a BigInt, a cycle, nothing at all
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalizeWellFormed(value) ?? canonicalize(withWellFormedText(value, new Set()));
  if (text === undefined) throw new TypeError("The value has no JSON form");
  return text;
}

/** The form of a value whose texts are well-formed, as nearly all are: it needs no copy. `undefined` for any other. */
function canonicalizeWellFormed(value: unknown): string | undefined {
  try {
    return canonicalize(value);
  } catch {
    return undefined;
  }
}

/** A copy whose texts and keys are well-formed. */
function withWellFormedText(value: unknown, above: Set<object>): unknown {
  if (typeof value === "string") return value.replace(LONE_SURROGATE, "\uFFFD");
  if (typeof value !== "object" || value === null) return value;
  if (above.has(value)) throw new TypeError("The value contains itself");
  above.add(value);
  const copy = copyMembers(value, above);
  above.delete(value);
  return copy;
}

function copyMembers(value: object, above: Set<object>): unknown {
  if (hasJsonForm(value)) return withWellFormedText(value.toJSON(), above);
  if (Array.isArray(value)) return value.map((item) => withWellFormedText(item, above));
  const copy = Object.create(null) as Record<string, unknown>;
  // Sorted, so that of two keys that become equal it is always the same one that stays.
  for (const [key, member] of Object.entries(value).sort(byKey)) {
    copy[key.replace(LONE_SURROGATE, "\uFFFD")] = withWellFormedText(member, above);
  }
  return copy;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Whether a value has its own idea of its JSON, as dates and URLs have. */
export function hasJsonForm(value: object): value is { toJSON(): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}
