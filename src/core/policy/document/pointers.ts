import { MAX_INPUT_DEPTH, MAX_POINTER_CHARS } from "../limits.ts";
import { addFault, type Cursor, readText } from "./cursor.ts";

/** The keys that a JSON pointer (RFC 6901) leads along; undefined for a text that is none. None for the whole value. */
export function parsePointer(pointer: string): readonly string[] | undefined {
  if (pointer === "") return [];
  if (!pointer.startsWith("/") || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Whether one of two pointers leads to the other's value or to something inside it. */
export function overlaps(left: string, right: string): boolean {
  return `${left}/`.startsWith(`${right}/`) || `${right}/`.startsWith(`${left}/`);
}

/** A pointer to something inside an input. */
export function readPointer(cursor: Cursor): string | undefined {
  const pointer = readText(cursor, { min: 1, max: MAX_POINTER_CHARS });
  return pointer === undefined || isPointerInside(pointer)
    ? pointer
    : addFault(cursor, "This must be a JSON pointer", "for example /customer/email");
}

/** Whether a text is a pointer to something inside an input, and not to the whole or deeper than inputs reach. */
export function isPointerInside(pointer: string): boolean {
  const { length } = parsePointer(pointer) ?? [];
  return length > 0 && length <= MAX_INPUT_DEPTH;
}
