/** Does nothing. */
export async function trivial(n: number): Promise<number> {
  return n;
}
