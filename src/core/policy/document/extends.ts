import { isTemplateName, readTemplateText, TEMPLATE_NAMES, type TemplateName } from "../templates.ts";
import { MAX_DOCUMENT_NAME_CHARS, MAX_EXTENDED_DOCUMENTS, MAX_EXTENDS_DEPTH } from "../limits.ts";
import { addFault, type Cursor, readText, suggest } from "./cursor.ts";
import type { DocumentNode } from "./document-tree.ts";
import { FaultLog, formatFault, sortFaults } from "./faults.ts";
import { type Layer, readLayer } from "./layer.ts";
import { readYaml } from "./read-yaml.ts";

/**
 * Gives the text of an extended document, by its path from the first document's folder, such as `base.yaml` or `teams/web.yaml`:
 * normalised, with slashes, never leading out of that folder. Undefined when there is none.
 */
export type DocumentLoader = (name: string) => string | undefined;

/** What one collecting carries along. */
interface Walk {
  readonly load: DocumentLoader | undefined;
  /** Documents that were read, each behind those that it extends. */
  readonly layers: Layer[];
  /** Names of all that were begun: each is taken once, also where two others extend it. */
  readonly known: Set<string>;
  /** The way from the first document to the one that is read. */
  readonly open: string[];
}

const trees = new Map<TemplateName, DocumentNode | undefined>();

/** The documents that a document is made of, each behind those that it extends; itself is the last. */
export function collectLayers(own: Layer, load: DocumentLoader | undefined): readonly Layer[] {
  const walk: Walk = { load, layers: [], known: new Set(), open: [] };
  addExtended(walk, own);
  return [...walk.layers, own];
}

/** Reports the faults of extended documents where the first one names what led to them. */
export function reportExtendedFaults(layers: readonly Layer[]): void {
  for (const { name, via, root } of layers) if (via !== undefined) reportFaults(root.log, { name, via });
}

function addExtended(walk: Walk, layer: Layer): void {
  for (const item of layer.extended) {
    const name = readDocumentName(item, layer.name);
    if (name === undefined || !checkPlace(walk, item, name)) continue;
    walk.known.add(name);
    const added = openLayer(walk, item, { name, via: layer.via ?? item });
    if (added === undefined) continue;
    walk.open.push(name);
    addExtended(walk, added);
    walk.open.pop();
    walk.layers.push(added);
  }
}

/** Whether a document is to be read here: not again, not around in a circle, not one too many. */
function checkPlace(walk: Walk, item: Cursor, name: string): boolean {
  const { known, open } = walk;
  const start = open.indexOf(name);
  if (start !== -1)
    addFault(item, `The documents extend each other in a circle: ${[...open.slice(start), name].join(" → ")}`);
  else if (known.has(name)) return false;
  else if (open.length >= MAX_EXTENDS_DEPTH)
    addFault(item, `More than ${MAX_EXTENDS_DEPTH} documents extend one another`);
  else if (known.size >= MAX_EXTENDED_DOCUMENTS)
    addFault(item, `More than ${MAX_EXTENDED_DOCUMENTS} documents are extended`);
  else return true;
  return false;
}

/** Where an extended document is named. */
interface NamedPlace {
  readonly name: string | undefined;
  readonly via: Cursor;
}

function reportFaults({ faults }: FaultLog, { name, via }: NamedPlace): void {
  for (const { hint, ...fault } of sortFaults(faults)) {
    via.log.add(`In ${name}, ${formatFault(fault)}`, { at: via.node.at, path: via.path, hint });
  }
}

function openLayer(walk: Walk, item: Cursor, place: NamedPlace & { readonly name: string }): Layer | undefined {
  const log = new FaultLog();
  const node = isTemplateName(place.name) ? readTemplateTree(place.name) : readFile(walk, item, { ...place, log });
  const layer = node && readLayer({ node, path: "", log }, place);
  if (layer?.isOlderForm === true)
    return addFault(item, `${place.name} is of the older form, with policies`, "write them as rules to extend it");
  if (layer === undefined) reportFaults(log, place);
  return layer;
}

/** Templates don't change, so each is parsed once; its conditions are read anew, because the sets may differ. */
function readTemplateTree(name: TemplateName): DocumentNode | undefined {
  if (!trees.has(name)) trees.set(name, readYaml(readTemplateText(name), new FaultLog()));
  return trees.get(name);
}

function readFile(
  { load }: Walk,
  item: Cursor,
  { name, log }: { readonly name: string; readonly log: FaultLog },
): DocumentNode | undefined {
  if (load === undefined) {
    const hint = `here only ${TEMPLATE_NAMES.join(", ")} can be extended; publish the file with the command line`;
    return addFault(item, "Other files can't be read here", hint);
  }
  const text = loadText(load, name);
  if (text === undefined)
    return addFault(item, `There is no document ${name} to read`, "its path begins at this folder");
  return readYaml(text, log);
}

function loadText(load: DocumentLoader, name: string): string | undefined {
  try {
    const text: unknown = load(name);
    return typeof text === "string" ? text : undefined;
  } catch {
    // Whatever the loader couldn't do, the document is not there.
    return undefined;
  }
}

/** A template's name, or a file's path from the first document's folder. */
function readDocumentName(item: Cursor, from: string | undefined): string | undefined {
  const name = readText(item, { min: 1, max: MAX_DOCUMENT_NAME_CHARS });
  if (name === undefined || isTemplateName(name)) return name;
  if (/^[A-Za-z]\w*$/.test(name))
    return addFault(
      item,
      `There is no template ${name}`,
      suggest(name, TEMPLATE_NAMES) ?? "a file is named ./file.yaml",
    );
  const path = /[\p{Cc}\\:]|^\//u.test(name) ? undefined : resolvePath(from, name);
  if (path !== undefined) return path;
  return addFault(item, "This must be a file below this document's folder", "for example ./base.yaml");
}

/** Follows a path from a document's own; undefined when it leads out of the first document's folder or to nothing. */
function resolvePath(from: string | undefined, path: string): string | undefined {
  const steps = from === undefined || isTemplateName(from) ? [] : from.split("/").slice(0, -1);
  for (const step of path.split("/")) {
    if (step === "" || step === ".") continue;
    if (step !== "..") steps.push(step);
    else if (steps.pop() === undefined) return undefined;
  }
  return steps.length === 0 ? undefined : steps.join("/");
}
