import type { CallFacts } from "../call.ts";
import { UNKNOWN } from "../facets/shell/command.ts";

/** A call's paths in words for people, each with what is done to it; undefined when it has none. */
export function describePaths({ facets }: CallFacts): readonly string[] | undefined {
  const { paths } = facets.paths;
  if (paths.length === 0) return undefined;
  return paths.map(({ text, accesses }) => {
    const path = text.replaceAll(UNKNOWN, "…");
    return accesses.length === 0 ? path : `${accesses.join("+")} ${path}`;
  });
}
