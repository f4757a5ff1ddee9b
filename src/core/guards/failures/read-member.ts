/** Characters of a body that is read as JSON. Our choice: an error's body is short, and classifying must stay quick. */
const MAX_BODY_CHARS = 16_384;

/** A member of something thrown; `undefined` where there is none or where reading it throws, as a getter or a proxy may. */
export function readMember(value: unknown, key: PropertyKey): unknown {
  if (!isObject(value)) return undefined;
  try {
    return Reflect.get(value, key) as unknown;
  } catch {
    return undefined;
  }
}

/** The member at the end of a path of keys joined by dots. */
export function readPath(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>(readMember, value);
}

/** The first members of a list, at most `max`; none of what is no list. */
export function readItems(value: unknown, max: number): readonly unknown[] {
  const length = readMember(value, "length");
  if (!isObject(value) || typeof length !== "number") return [];
  return Array.from({ length: Math.max(0, Math.min(length, max)) || 0 }, (_, index) => readMember(value, index));
}

/** A body as it is meant: text that holds JSON is parsed, everything else stands for itself. */
export function readBody(body: unknown): unknown {
  if (typeof body !== "string" || body.length > MAX_BODY_CHARS || !/^\s*[[{]/.test(body)) return body;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether something has members that can be read. */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
