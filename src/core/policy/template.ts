import { findClosestWord } from "./document/closest-word.ts";
import type { ParsedPolicy } from "./document/document.ts";
import { createPolicyError, parsePolicy } from "./parse.ts";
import { isTemplateName, readTemplateText, TEMPLATE_NAMES, type TemplateName } from "./templates.ts";

const parsed = new Map<TemplateName, ParsedPolicy>();

/**
 * One of the documents that come along, parsed once.
 * @throws CountersignError `invalid_policy` for any other name
 */
export function template(name: string): ParsedPolicy {
  if (!isTemplateName(name)) throw createUnknownError(name);
  const known = parsed.get(name);
  if (known !== undefined) return known;
  const document = parsePolicy(readTemplateText(name), { file: `${name}.yaml` });
  parsed.set(name, document);
  return document;
}

function createUnknownError(name: unknown): Error {
  const typed = typeof name === "string" ? name : "";
  const closest = findClosestWord(typed, TEMPLATE_NAMES);
  const hint = closest === undefined ? `there are ${TEMPLATE_NAMES.join(", ")}` : `did you mean "${closest}"?`;
  return createPolicyError([{ message: `There is no template ${JSON.stringify(typed.slice(0, 60))}`, path: "", hint }]);
}
