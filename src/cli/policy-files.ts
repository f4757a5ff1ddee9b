import { dirname, isAbsolute, join } from "node:path";
import {
  bundlePolicy,
  type CaseFile,
  checkPolicy,
  type CompiledPolicy,
  compilePolicy,
  parseCases,
  type ParsedPolicy,
  parsePolicy,
  type PolicyFault,
  reviewPolicy,
  template,
} from "../core/policy/index.ts";
import { createDocumentLoader } from "../process/document-loader.ts";
import { readTextFileSync } from "./arguments.ts";

/** A file of cases and the policy that it tests, ready to be asked. */
export interface LoadedCases {
  readonly cases: CaseFile["cases"];
  readonly policy: CompiledPolicy;
}

/** A file that can't be used as it is. */
export interface FaultyFile {
  /** The file of cases, or that of the document that it tests. */
  readonly file: string;
  readonly faults: readonly PolicyFault[];
}

/** What was found in a document. */
export interface FileReview {
  readonly faults: readonly PolicyFault[];
  /** What is allowed and probably not meant; looked for in documents without faults only. */
  readonly warnings: readonly PolicyFault[];
}

/**
 * Reads a file of cases and what it tests; the policy's path is relative to the file.
 * @throws UsageError for a file that can't be read, invalid_policy for a template that doesn't exist
 */
export function loadCases(path: string): LoadedCases | FaultyFile {
  const check = parseCases(readTextFileSync(path));
  if ("faults" in check) return { file: path, faults: check.faults };
  const { subject, defaultEffect, cases } = check.file;
  if ("templates" in subject)
    return { cases, policy: compilePolicy(loadTemplates(subject.templates), { defaultEffect }) };
  const file = isAbsolute(subject.policy) ? subject.policy : join(dirname(path), subject.policy);
  const tested = checkPolicy(readTextFileSync(file), { load: createDocumentLoader(file) });
  if ("faults" in tested) return { file, faults: tested.faults };
  return { cases, policy: compilePolicy(tested.document, { defaultEffect }) };
}

/** Reads a document's file and all that may be wrong with it. @throws UsageError */
export function reviewFile(path: string): FileReview {
  const text = readTextFileSync(path);
  const options = { load: createDocumentLoader(path) };
  const check = checkPolicy(text, options);
  if ("faults" in check) return { faults: check.faults, warnings: [] };
  return { faults: [], warnings: reviewPolicy(text, options) };
}

/** Reads a document's file, with the files that it extends. @throws UsageError, invalid_policy */
export function loadPolicy(path: string): ParsedPolicy {
  return parsePolicy(readTextFileSync(path), { file: path, load: createDocumentLoader(path) });
}

/** Reads shipped documents. @throws invalid_policy for one that doesn't exist */
export function loadTemplates(names: readonly string[]): readonly ParsedPolicy[] {
  return names.map(template);
}

/** A document's text with the files that it extends inside it, as servers take it. @throws UsageError, invalid_policy */
export function bundleFile(path: string): string {
  return bundlePolicy(readTextFileSync(path), { file: path, load: createDocumentLoader(path) });
}
