import type { FacetSettings } from "../source.ts";
import { isRooted, normalizePath } from "./normalize-path.ts";
import type { Place } from "./path-fact.ts";
import { SPELLED_HOME, STREAM_DEVICES, STREAM_DIRECTORY, TEMPORARY_DIRECTORIES } from "./place-tables.ts";

/** A path in normal form, of which is asked where it lies. */
export interface PlacedPath {
  /** See `PathFact.text`. */
  readonly text: string;
  /** See `PathFact.isOpaque`. */
  readonly isOpaque: boolean;
  /** See `PathFact.isGlob`. */
  readonly isGlob: boolean;
  /** See `PathFact.isAdrift`. */
  readonly isAdrift: boolean;
}

/** The workspaces' names by the settings that declare them: settings last as long as their document. */
const WORKSPACES = new WeakMap<FacetSettings, readonly string[]>();

/** All normal forms of a workspace; none when none is declared. */
export function findWorkspaceNames(settings: FacetSettings): readonly string[] {
  const known = WORKSPACES.get(settings);
  if (known !== undefined) return known;
  const names = settings.workspace === undefined ? [] : namePlace(normalizePath(settings.workspace, "").text, []);
  WORKSPACES.set(settings, names);
  return names;
}

/** All normal forms of a place, the given one first: from a home that is spelled out, and from the workspace. */
export function namePlace(text: string, workspace: readonly string[]): readonly string[] {
  const home = isRooted(text) ? SPELLED_HOME.exec(text)?.[0] : undefined;
  const names = home === undefined ? [text] : [text, `~${text.slice(home.length)}`];
  if (workspace.length === 0) return names;
  for (const name of names) {
    const inner = findInner(name, workspace);
    if (inner !== undefined) return [...names, inner];
  }
  return names;
}

/** Where a path lies. */
export function findPlace(path: PlacedPath, names: readonly string[], workspace: readonly string[]): Place {
  const { text } = path;
  if (path.isOpaque || path.isAdrift) return "unknown";
  if (text === ".." || text.startsWith("../")) return workspace.length > 0 ? "unknown" : "outside";
  if (!isRooted(text)) return "inside";
  if (names.some((name) => findInner(name, workspace) !== undefined)) return "inside";
  if (names.some(isTemporary)) return "temporary";
  return path.isGlob && names.some((name) => couldLeadTo(name, workspace)) ? "unknown" : "outside";
}

function isTemporary(name: string): boolean {
  if (STREAM_DEVICES.has(name) || isBelow(name, STREAM_DIRECTORY)) return true;
  return TEMPORARY_DIRECTORIES.some((directory) => isBelow(name, directory));
}

/** The path from the workspace on; undefined outside of it. */
function findInner(name: string, workspace: readonly string[]): string | undefined {
  for (const directory of workspace) {
    if (name === directory) return ".";
    if (isBelow(name, directory)) return name.slice(directory === "/" ? 1 : directory.length + 1);
  }
  return undefined;
}

function isBelow(name: string, directory: string): boolean {
  return name.startsWith(directory) && (directory === "/" || name.charAt(directory.length) === "/");
}

/** Whether a glob outside of the workspace may stand for files inside of it, judged by what stands in front of its first special character. */
function couldLeadTo(glob: string, workspace: readonly string[]): boolean {
  const certain = glob.slice(0, glob.search(/[*?[]/));
  return workspace.some((directory) => directory.startsWith(certain) && certain !== directory);
}
