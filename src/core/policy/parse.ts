import { CountersignError } from "../countersign-error.ts";
import type { Cursor } from "./document/cursor.ts";
import type { ParsedPolicy } from "./document/document.ts";
import { FaultLog, formatFault, type PolicyFault } from "./document/faults.ts";
import { readDocument } from "./document/read-document.ts";
import { readObject } from "./document/read-object.ts";
import { readYaml } from "./document/read-yaml.ts";

/** What else is known of a document. */
export interface ParseOptions {
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
export function checkPolicy(source: unknown): PolicyCheck {
  const log = new FaultLog();
  const node = typeof source === "string" ? readYaml(source, log) : readObject(source, log);
  const cursor: Cursor | undefined = node && { node, path: "", log };
  const document = cursor && readDocument(cursor);
  if (document === undefined || log.faults.length > 0) return { faults: sortFaults(log.faults) };
  PARSED.add(document);
  return { document };
}

/**
 * Reads a document: YAML or JSON text, or the same as plain data.
 * @throws CountersignError `invalid_policy` with every fault in `details.faults`
 */
export function parsePolicy(source: unknown, options: ParseOptions = {}): ParsedPolicy {
  const check = checkPolicy(source);
  if ("document" in check) return check.document;
  throw createPolicyError(check.faults, options);
}

/** The typed error for a document's faults; its message names the first and counts the others. */
export function createPolicyError(faults: readonly PolicyFault[], { file }: ParseOptions = {}): CountersignError {
  const first = faults.slice(0, 1).map(formatFault).join("");
  const others = faults.length > 1 ? ` and ${faults.length - 1} more` : "";
  const what = `The policy is not valid: ${first}${others}`;
  const details = { ...(file === undefined ? {} : { file }), faults };
  return new CountersignError("invalid_policy", file === undefined ? what : `${file}: ${what}`, { details });
}

/** In the order of the text; faults without a place keep theirs, behind the others. */
function sortFaults(faults: readonly PolicyFault[]): readonly PolicyFault[] {
  const { MAX_SAFE_INTEGER: last } = Number;
  return [...faults].sort(
    (left, right) => (left.line ?? last) - (right.line ?? last) || (left.column ?? last) - (right.column ?? last),
  );
}

/** Whether a value is a document that this parser made. */
export function isParsedPolicy(value: unknown): value is ParsedPolicy {
  return typeof value === "object" && value !== null && PARSED.has(value);
}
