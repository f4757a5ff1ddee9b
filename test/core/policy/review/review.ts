import { checkPolicy, formatFault, reviewPolicy } from "countersign/policy";

/** The warnings of a document with these rules, as lines of text; fails when it has faults. */
export function review(rules: string, rest = ""): string[] {
  const text = `version: 1\n${rest}rules:\n${rules}`;
  const check = checkPolicy(text);
  if ("faults" in check) throw new Error(check.faults.map(formatFault).join("\n"));
  return reviewPolicy(text).map(formatFault);
}

/** A rule on a line of its own. */
export function rule(name: string, members: string): string {
  return `  - { name: ${name}, ${members} }\n`;
}
