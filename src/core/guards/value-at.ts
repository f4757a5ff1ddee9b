import { parsePointer } from "../policy/document/pointers.ts";

/**
 * The value that a JSON pointer (RFC 6901) leads to; `undefined` where it leads nowhere, and for a text that is no pointer.
 * Only a value's own members are found, never what a prototype has, and of a list only its members.
 */
export function valueAt(value: unknown, pointer: string): unknown {
  const keys = parsePointer(pointer);
  if (keys === undefined) return undefined;
  let found = value;
  for (const key of keys) {
    if (typeof found !== "object" || found === null || !hasMember(found, key)) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}

function hasMember(container: object, key: string): boolean {
  return Array.isArray(container) ? /^(0|[1-9]\d{0,9})$/.test(key) && key in container : Object.hasOwn(container, key);
}
