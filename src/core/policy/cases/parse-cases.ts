import type { Effect } from "../../../contract/policy.ts";
import { addFault, type Cursor, readEach, readListItems, readMap, readText, readWord } from "../document/cursor.ts";
import type { DefaultEffect } from "../document/document.ts";
import { toPlainValue } from "../document/document-tree.ts";
import { FaultLog, type PolicyFault, sortFaults } from "../document/faults.ts";
import { readYaml } from "../document/read-yaml.ts";
import { MAX_CASE_FILE_BYTES, MAX_CASE_FILE_DEPTH, MAX_CASE_FILE_NODES, MAX_CASES, MAX_TEXT_CHARS } from "../limits.ts";
import type { CaseFile, PolicyCase } from "./policy-case.ts";
import { CALL_KEYS, type CallParts, readCallParts } from "./read-call-parts.ts";
import { titleOf } from "./title-of.ts";

const TEXT_LIMITS = { bytes: MAX_CASE_FILE_BYTES, nodes: MAX_CASE_FILE_NODES, depth: MAX_CASE_FILE_DEPTH };

const FILE_KEYS = { known: ["policy", "templates", "default", "cases", ...CALL_KEYS] };
const CASE_KEYS = { known: ["name", "input", "effect", "rule", ...CALL_KEYS] };

const EFFECTS: readonly Effect[] = ["allow", "deny", "require_approval", "sanitize"];
const DEFAULT_EFFECTS: readonly DefaultEffect[] = ["allow", "deny", "require_approval"];

/** A file of cases without faults, or all its faults. */
export type CasesCheck = { readonly faults: readonly PolicyFault[] } | { readonly file: CaseFile };

/** Reads a file of cases, YAML or JSON, whole or not at all. Never throws; each fault says where it stands. */
export function parseCases(text: string): CasesCheck {
  const log = new FaultLog();
  const node = readYaml(text, log, TEXT_LIMITS);
  const file = node && readCaseFile({ node, path: "", log });
  if (file === undefined || log.faults.length > 0) return { faults: sortFaults(log.faults) };
  return { file };
}

function readCaseFile(cursor: Cursor): CaseFile | undefined {
  const members = readMap(cursor, FILE_KEYS);
  if (members === undefined) return undefined;
  const subject = readSubject(cursor, members);
  const fallback = members.get("default");
  const defaultEffect = fallback && readWord(fallback, DEFAULT_EFFECTS);
  const defaults = readCallParts(members);
  const list = members.get("cases");
  const cases = list === undefined ? addFault(cursor, "The file has no cases") : readCases(list, defaults);
  if (subject === undefined || cases === undefined) return undefined;
  return { subject, ...(defaultEffect === undefined ? {} : { defaultEffect }), cases };
}

function readSubject(cursor: Cursor, members: ReadonlyMap<string, Cursor>): CaseFile["subject"] | undefined {
  const policy = members.get("policy");
  const templates = members.get("templates");
  if (policy !== undefined && templates !== undefined)
    return addFault(templates, "Only one of policy and templates can stand here");
  if (policy !== undefined) {
    const path = readText(policy, { min: 1, max: MAX_TEXT_CHARS });
    return path === undefined ? undefined : { policy: path };
  }
  if (templates === undefined)
    return addFault(cursor, "The file doesn't say what it tests", "begin it with policy: and a file, or templates:");
  const names = readEach(templates, (item) => readText(item, { min: 1, max: MAX_TEXT_CHARS }));
  return names === undefined ? undefined : { templates: names };
}

function readCases(cursor: Cursor, defaults: CallParts): readonly PolicyCase[] | undefined {
  const items = readListItems(cursor);
  if (items === undefined) return undefined;
  if (items.length === 0) return addFault(cursor, "The file has no cases");
  if (items.length > MAX_CASES) return addFault(cursor, `A file has at most ${MAX_CASES} cases`);
  const cases: PolicyCase[] = [];
  for (const item of items) {
    if (item.log.isFull) break;
    const read = readCase(item, defaults);
    if (read !== undefined) cases.push(read);
  }
  return cases;
}

function readCase(cursor: Cursor, defaults: CallParts): PolicyCase | undefined {
  const members = readMap(cursor, CASE_KEYS);
  if (members === undefined) return undefined;
  const parts = { ...defaults, ...readCallParts(members) };
  const effect = readExpectedEffect(cursor, members.get("effect"));
  const name = members.get("name");
  const words = name && readText(name, { min: 1, max: MAX_TEXT_CHARS });
  const { action } = parts;
  if (action === undefined) return addFault(cursor, "The case names no action", "name it here, or above the cases");
  if (effect === undefined) return undefined;
  const input = members.get("input");
  const call = { ...parts, action, input: input === undefined ? {} : toPlainValue(input.node) };
  const { at } = cursor.node;
  return { title: words ?? titleOf(call), at, call, effect, ...readExpectedRule(members.get("rule")) };
}

function readExpectedEffect(rule: Cursor, cursor: Cursor | undefined): Effect | undefined {
  return cursor === undefined
    ? addFault(rule, "The case expects no effect", EFFECTS.join(", "))
    : readWord(cursor, EFFECTS);
}

function readExpectedRule(cursor: Cursor | undefined): Pick<PolicyCase, "rule"> {
  if (cursor === undefined) return {};
  const { node } = cursor;
  if (node.kind === "scalar" && node.value === null) return { rule: null };
  const rule = readText(cursor, { min: 1, max: MAX_TEXT_CHARS });
  return rule === undefined ? {} : { rule };
}
