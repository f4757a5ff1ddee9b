import { readFileSync } from "node:fs";

/** The documents that come along, by name. */
export const TEMPLATE_NAMES = ["safe_coding", "safe_browsing", "safe_database", "strict"] as const;

/** See {@link TEMPLATE_NAMES}. */
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

const texts = new Map<TemplateName, string>();

/** Whether a document of this name comes along. */
export function isTemplateName(name: string): name is TemplateName {
  return TEMPLATE_NAMES.some((known) => known === name);
}

/** A template's text. It is a part of the package as code is, and read once. */
export function readTemplateText(name: TemplateName): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`../../../policies/${name}.yaml`, import.meta.url), "utf8");
  texts.set(name, text);
  return text;
}
