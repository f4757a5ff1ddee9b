import { CountersignError } from "../countersign-error.ts";
import type { ParsedPolicy } from "./document/document.ts";
import { FaultLog, formatFault, type PolicyFault, sortFaults } from "./document/faults.ts";
import { type DocumentOptions, readDocument } from "./document/read-document.ts";
import { readObject } from "./document/read-object.ts";
import { readYaml } from "./document/read-yaml.ts";

/** What else is known of a document. */
export interface ParseOptions extends DocumentOptions {
  /** Name of the file it came from, for messages only; nothing is read from there. */
  readonly file?: string | undefined;
}

/** A document's faults, all of them, or the document that has none. */
export type PolicyCheck = { readonly faults: readonly PolicyFault[] } | { readonly document: ParsedPolicy };

/** Documents that came out of this parser: only those are known to have no faults. */
const PARSED = new WeakSet<object>();

/**
 * Checks a document: YAML or JSON text, or the same as plain data. A document is taken whole or not at all.
 * Never throws; each fault says where it stands.
 */
export function checkPolicy(source: unknown, options: DocumentOptions = {}): PolicyCheck {
  const log = new FaultLog();
  const node = typeof source === "string" ? readYaml(source, log) : readObject(source, log);
  const document = node && readDocument({ node, path: "", log }, options);
  if (document === undefined || log.faults.length > 0) return { faults: sortFaults(log.faults) };
  PARSED.add(document);
  return { document };
}

/**
 * Reads a document: YAML or JSON text, or the same as plain data.
 * @throws CountersignError `invalid_policy` with every fault in `details.faults`
 */
export function parsePolicy(source: unknown, options: ParseOptions = {}): ParsedPolicy {
  const check = checkPolicy(source, options);
  if ("document" in check) return check.document;
  throw createPolicyError(check.faults, options);
}

/** The typed error for a document's faults; its message names the first and counts the others. */
export function createPolicyError(
  faults: readonly PolicyFault[],
  { file }: Pick<ParseOptions, "file"> = {},
): CountersignError {
  const first = faults.slice(0, 1).map(formatFault).join("");
  const others = faults.length > 1 ? ` and ${faults.length - 1} more` : "";
  const what = `The policy is not valid: ${first}${others}`;
  const details = { ...(file === undefined ? {} : { file }), faults };
  return new CountersignError("invalid_policy", file === undefined ? what : `${file}: ${what}`, { details });
}

/** Whether a value is a document that this parser made. */
export function isParsedPolicy(value: unknown): value is ParsedPolicy {
  return typeof value === "object" && value !== null && PARSED.has(value);
}
