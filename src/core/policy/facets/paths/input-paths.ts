import { MAX_PATHS } from "../../limits.ts";
import type { InputObject, InputValue } from "../input.ts";
import type { FacetSource } from "../source.ts";
import { createPath, enterBase, type FoundPath, type PathBase, startBase } from "./create-path.ts";
import { type KeyMeaning, readKey } from "./input-keys.ts";
import { spellInputPath } from "./input-spelling.ts";
import { findPatchedFiles } from "./patch-files.ts";
import type { Access, PathFact } from "./path-fact.ts";
import { findToolAccesses, type ToolAccesses } from "./tool-accesses.ts";

/** What one reading of an input carries along. */
interface Walk {
  readonly tool: ToolAccesses;
  /** Whether the action's name says that it works on files. */
  readonly isFileTool: boolean;
  readonly found: FoundPath[];
  /** Directory that the input says it begins in. */
  directory: string | undefined;
}

/** A text as it stands, where the walk has just come past. */
interface Place {
  readonly key: string;
  readonly meaning: KeyMeaning;
}

const BARE: Place = { key: "", meaning: { role: "path", isWeak: false } };
const MEMBER: Place = { key: "", meaning: { role: "other", isWeak: true } };

/** What an input says of files. */
export interface InputPaths {
  /** Files that it names under its keys. */
  readonly paths: readonly PathFact[];
  /** Where relative paths start, those of commands too. */
  readonly base: PathBase;
  /** Whether the action's name says that it works on files. */
  readonly isFileTool: boolean;
}

/** Files that an input names under its keys. */
export function readInputPaths(source: FacetSource): InputPaths {
  const tool = findToolAccesses(source);
  const isFileTool = tool.plain.length > 0;
  const walk: Walk = { tool, isFileTool, found: [], directory: undefined };
  walkValue(walk, source.input.value, isFileTool ? BARE : MEMBER);
  const start = startBase(source.settings);
  const base = walk.directory === undefined ? start : enterBase(start, walk.directory);
  return { paths: walk.found.slice(0, MAX_PATHS + 1).map((found) => createPath(found, base)), base, isFileTool };
}

function walkValue(walk: Walk, value: InputValue, place: Place): void {
  if (typeof value === "string") readText(walk, value, place);
  else if (isList(value)) for (const member of value) walkValue(walk, member, place);
  else if (typeof value === "object" && value !== null) walkObject(walk, value);
}

function walkObject(walk: Walk, value: InputObject): void {
  for (const key of Object.keys(value)) {
    const member = value[key] ?? null;
    // Some tools take files as a mapping of paths to contents.
    if (walk.isFileTool && /[/\\]|^[.~]./.test(key)) {
      addPath(walk, key, walk.tool.plain);
      walkValue(walk, member, { key, meaning: { role: "content", isWeak: false } });
    } else {
      walkValue(walk, member, { key, meaning: readKey(key) });
    }
  }
}

function readText(walk: Walk, text: string, { meaning }: Place): void {
  const { tool, isFileTool } = walk;
  if (isFileTool) for (const { file, access } of findPatchedFiles(text)) addPath(walk, file, [access]);
  switch (meaning.role) {
    case "content":
      return;
    case "directory":
      walk.directory ??= spellInputPath(text).path;
      return addPath(walk, text, isFileTool ? ["list"] : []);
    case "path":
      return readPathText(walk, text, { accesses: tool.plain, isWeak: meaning.isWeak });
    case "source":
      return readPathText(walk, text, { accesses: tool.source, isWeak: meaning.isWeak });
    case "destination":
      return readPathText(walk, text, { accesses: tool.destination, isWeak: meaning.isWeak });
    case "other":
      if (isFileTool && looksPlaced(text)) addPath(walk, text, tool.plain);
  }
}

interface PathText {
  readonly accesses: readonly Access[];
  readonly isWeak: boolean;
}

function readPathText(walk: Walk, text: string, { accesses, isWeak }: PathText): void {
  if (isWebAddress(text)) return;
  if (isWeak && !(walk.isFileTool ? isOneLine(text) : looksLikePath(text))) return;
  if (isOneLine(text)) addPath(walk, text, accesses);
}

function addPath(walk: Walk, text: string, accesses: readonly Access[]): void {
  const { path, isGlob } = spellInputPath(text);
  // Whatever opens an address with this scheme reads the file.
  const done = accesses.length === 0 && /^\s*file:/i.test(text) ? READ : accesses;
  const isTree = walk.tool.isTree && done.includes("read");
  walk.found.push({ written: text, path, isGlob, isTree, isFromInput: true, accesses: done });
}

const READ: readonly Access[] = ["read"];

function isList(value: InputValue): value is readonly InputValue[] {
  return Array.isArray(value);
}

/** Whether a text could be a path at all. */
function isOneLine(text: string): boolean {
  return text !== "" && !/[\r\n]/.test(text);
}

function isWebAddress(text: string): boolean {
  return /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(text) && !/^\s*file:/i.test(text);
}

/** Whether a text says by itself that it is a path. */
function looksLikePath(text: string): boolean {
  return /^[^\s]+$/.test(text) && /[/\\]|^[.~]./.test(text);
}

/** Whether a text is a path from the root or a home, or one that climbs. */
function looksPlaced(text: string): boolean {
  return /^\s*(?:\/|~\/|\.{1,2}[/\\]|[a-z]:[/\\]|file:|\$\{?HOME)[^\s]*\s*$/i.test(text);
}
