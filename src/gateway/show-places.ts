import type { Redact } from "./ports.ts";

/** Pointers of a refused edit that are repeated. Our choice: enough to see what was tried. */
const MAX_SHOWN_PLACES = 20;

/** The first of the pointers of an edit that nobody took, as they may be repeated: a caller may have written anything into one. */
export function showPlaces(redact: Redact, pointers: readonly string[]): string[] {
  return pointers.slice(0, MAX_SHOWN_PLACES).map((pointer) => String(redact(pointer)));
}
