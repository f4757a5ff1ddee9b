/** A wire time, or the epoch if it lies before: nothing here is older, and databases don't take every year that RFC 3339 can write. */
export function atOrAfterEpoch(time: string | undefined): string | undefined {
  if (time === undefined) return undefined;
  const atMs = Date.parse(time);
  return atMs > 0 ? new Date(atMs).toISOString() : new Date(0).toISOString();
}
