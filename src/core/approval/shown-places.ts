/** Pointers that are told of one edit. Our choice: enough to see what was tried or done. */
const MAX_SHOWN_PLACES = 20;

/** The first of an edit's pointers, as records and answers may repeat them: a key may be anything, a secret too. */
export function shownPlaces(redact: (pointer: string) => unknown, pointers: readonly string[]): string[] {
  return pointers.slice(0, MAX_SHOWN_PLACES).map((pointer) => String(redact(pointer)));
}
