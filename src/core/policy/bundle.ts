import { stringify } from "yaml";
import type { FatigueLimit } from "../../contract/approval-terms.ts";
import type { Cursor } from "./document/cursor.ts";
import { entriesOf, toPlainValue } from "./document/document-tree.ts";
import { collectLayers } from "./document/extends.ts";
import { FaultLog } from "./document/faults.ts";
import { type Layer, readLayer } from "./document/layer.ts";
import { readYaml } from "./document/read-yaml.ts";
import { mergeSets, textsOfSets } from "./document/sets.ts";
import { mergeFatigue } from "./document/read-fatigue.ts";
import { mergeSettings } from "./document/settings.ts";
import { MAX_DOCUMENT_BYTES } from "./limits.ts";
import { createPolicyError, type ParseOptions, parsePolicy } from "./parse.ts";
import { isTemplateName } from "./templates.ts";

/** So that long reasons and patterns stay on their line. */
const LINE_WIDTH = 120;

/**
 * Makes one text of a document and the files that it extends, which decides as they do together; templates stay named.
 * A document that extends no file is given back as it is. Comments of one that does are lost.
 * @throws CountersignError `invalid_policy` for a document with faults, and for one that is too large together
 */
export function bundlePolicy(text: string, options: ParseOptions = {}): string {
  const { defaultEffect } = parsePolicy(text, options);
  const layers = readLayers(text, options);
  const files = layers.flatMap(({ name }) => (name === undefined || isTemplateName(name) ? [] : [name]));
  if (files.length === 0) return text;
  const members = { version: 1, default: defaultEffect, ...mergeLayers(layers) };
  const head = `# Bundled from ${[nameOf(options.file), ...files].join(", ")}\n`;
  const bundled = head + stringify(members, { lineWidth: LINE_WIDTH, aliasDuplicateObjects: false });
  if (new TextEncoder().encode(bundled).length <= MAX_DOCUMENT_BYTES) return bundled;
  const message = `Together with the files that it extends the document is larger than ${MAX_DOCUMENT_BYTES / 1024} KiB`;
  throw createPolicyError([{ message, path: "extends" }], options);
}

/** The documents that a text without faults is made of; itself is the last. */
function readLayers(text: string, { load }: ParseOptions): readonly Layer[] {
  const log = new FaultLog();
  const node = readYaml(text, log);
  const own = node && readLayer({ node, path: "", log }, { name: undefined, via: undefined });
  return own === undefined ? [] : collectLayers(own, load);
}

/** Where a document came from, in a few characters that can't end the comment. */
function nameOf(file = "a document"): string {
  return file.replace(/^.*[/\\]/s, "").replaceAll(/\p{Cc}/gu, "?");
}

/** The members of the one document; what it doesn't have is undefined, which YAML leaves out. */
function mergeLayers(layers: readonly Layer[]): Readonly<Record<string, unknown>> {
  const isTemplate = ({ name }: Layer): boolean => name !== undefined && isTemplateName(name);
  const written = layers.filter((layer) => !isTemplate(layer));
  const { workspace, capabilityNames } = mergeSettings(written.map((layer) => layer.settings));
  const sets = textsOfSets(mergeSets(written.map((layer) => layer.sets)));
  const limits = written.flatMap((layer) => limitsOf(layer.root));
  const isOrdered = written.some((layer) => layer.order === "first_match");
  const templates = layers.filter(isTemplate).map((layer) => layer.name);
  return {
    order: isOrdered ? "first_match" : undefined,
    extends: templates.length === 0 ? undefined : templates,
    workspace,
    capabilities: Object.keys(capabilityNames).length === 0 ? undefined : capabilityNames,
    sets: sets.size === 0 ? undefined : sets,
    limits: limits.length === 0 ? undefined : limits,
    fatigue: writeFatigue(mergeFatigue(written.map((layer) => layer.fatigue))),
    rules: written.flatMap((layer) => layer.rules.map((rule) => toPlainValue(rule.node))),
  };
}

/** Limits on requests for approval in the words of a document. */
function writeFatigue(limits: ReturnType<typeof mergeFatigue>): unknown {
  const write = (limit: FatigueLimit | undefined): unknown => limit && { open: limit.open, per_hour: limit.perHour };
  return limits && { requester: write(limits.requester), group: write(limits.group) };
}

/** A document's limits as they are written; those of several hold together. */
function limitsOf({ node }: Cursor): readonly unknown[] {
  const entry = entriesOf(node).find(({ key }) => key === "limits");
  const limits = entry && toPlainValue(entry.value);
  if (limits === undefined) return [];
  return Array.isArray(limits) ? limits : [limits];
}
