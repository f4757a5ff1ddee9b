import { MAX_PATH_CHARS, MAX_PATH_GLOB_CHARS } from "../../limits.ts";
import { UNKNOWN } from "../shell/command.ts";
import type { FacetSettings } from "../source.ts";
import { isRooted, normalizePath } from "./normalize-path.ts";
import { ACCESSES, type Access, type PathFact } from "./path-fact.ts";
import { findPlace, findWorkspaceNames, namePlace } from "./place-path.ts";

/** Where relative paths start from. */
export interface PathBase {
  /** Normal forms of the workspace; none when none is declared. */
  readonly workspace: readonly string[];
  /** The directory in normal form; empty where the call begins when no workspace is declared. */
  readonly directory: string;
  /** Whether the directory can't be known; then {@link PathBase.directory} is empty. */
  readonly isAdrift: boolean;
}

/** A path as it was found. */
export interface FoundPath {
  /** As the call spells it. */
  readonly written: string;
  /** As a shell would have it: `UNKNOWN` for what can't be known, `~` for a home; the same as {@link FoundPath.written} unless given. */
  readonly path?: string;
  /** See `PathFact.isGlob`. */
  readonly isGlob: boolean;
  /** See `PathFact.isTree`. */
  readonly isTree: boolean;
  /** See `PathFact.isFromInput`. */
  readonly isFromInput: boolean;
  /** See `PathFact.accesses`. */
  readonly accesses: readonly Access[];
}

/** A file that may be any, of which anything may be made. */
export const UNKNOWN_PATH: PathFact = Object.freeze({
  text: UNKNOWN,
  names: Object.freeze([UNKNOWN]),
  written: UNKNOWN,
  isFromInput: false,
  isOpaque: true,
  isGlob: false,
  isTree: false,
  isAdrift: false,
  place: "unknown",
  accesses: ACCESSES,
});

/** Where a call begins: its workspace, if the document declares one. */
export function startBase(settings: FacetSettings): PathBase {
  const workspace = findWorkspaceNames(settings);
  return { workspace, directory: workspace[0] ?? "", isAdrift: false };
}

/** The base after a change of directory; undefined stands for one that can't be known. */
export function enterBase(base: PathBase, directory: string | undefined): PathBase {
  if (directory === "." || directory === "") return base;
  if (directory === undefined || directory.includes(UNKNOWN)) return { ...base, directory: "", isAdrift: true };
  const { text, isAdrift } = normalizePath(directory, base.directory);
  return { ...base, directory: text, isAdrift: isAdrift || (base.isAdrift && !isRooted(directory)) };
}

/** Brings a path into normal form and looks where it lies. */
export function createPath(found: FoundPath, base: PathBase): PathFact {
  const { written, isGlob, isTree, isFromInput, accesses } = found;
  const path = limitPath(found);
  const isOpaque = path.includes(UNKNOWN);
  const normal = normalizePath(path, base.directory);
  const isAdrift = normal.isAdrift || (base.isAdrift && !isRooted(path));
  const names = namePlace(normal.text, base.workspace);
  const place = findPlace({ text: normal.text, isOpaque, isGlob, isAdrift }, names, base.workspace);
  return { text: normal.text, names, written, isFromInput, isOpaque, isGlob, isTree, isAdrift, place, accesses };
}

/** A path that is too long is as good as unknown. */
function limitPath({ written, path = written, isGlob }: FoundPath): string {
  return path.length > (isGlob ? MAX_PATH_GLOB_CHARS : MAX_PATH_CHARS) ? UNKNOWN : path;
}
