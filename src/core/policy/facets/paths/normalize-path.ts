import { UNKNOWN } from "../shell/command.ts";

/** A path in normal form. */
export interface NormalPath {
  /** See `PathFact.text`. */
  readonly text: string;
  /** Whether it is relative to a directory that nobody can know. */
  readonly isAdrift: boolean;
}

/** A path while it is walked. */
interface Walk {
  /** What it starts from: the file system's root, a home, a drive, or (empty) the place where the call begins. */
  root: string;
  readonly names: string[];
  isAdrift: boolean;
}

/** What tells that a path isn't in normal form yet, apart from the names below `/proc` and `/private`. */
const IRREGULAR = /\/\/|\/\.|\/$|^\.|^[A-Za-z]:|^~[^/]|\0/;

/**
 * Brings a path into normal form: `.`, `..`, doubled and trailing slashes and `/proc/self/root` are gone. Relative paths start from
 * `base`, itself in normal form; an empty one leaves them relative. Only the text is looked at, so links lead nowhere.
 */
export function normalizePath(written: string, base: string): NormalPath {
  const joined = isRooted(written) || base === "" || base === "." ? written : `${base}/${written}`;
  if (!IRREGULAR.test(joined) && !/^\/p(?:roc|rivate)\//.test(joined) && joined !== "") {
    return { text: joined, isAdrift: false };
  }
  const walk = startWalk(joined);
  for (const name of splitNames(joined, walk.root)) step(walk, name, base);
  if (walk.root === "/" && walk.names[0] === "private" && /^(?:etc|var|tmp)$/.test(walk.names[1] ?? "")) {
    walk.names.shift();
  }
  return { text: joinWalk(walk), isAdrift: walk.isAdrift };
}

/** Whether a path starts from a place of its own: the root, a home, a drive, or a part that may be any of these. */
export function isRooted(path: string): boolean {
  const first = path.charAt(0);
  if (first === "/" || first === UNKNOWN) return true;
  if (first === "~") return /^~[\w.-]*(?:\/|$)/.test(path);
  return path.charAt(1) === ":" && /^[A-Za-z]:\//.test(path);
}

function startWalk(path: string): Walk {
  const isDrive = /^[A-Za-z]:\//.test(path);
  const root = isDrive ? `${path.charAt(0).toUpperCase()}:` : path.startsWith("/") ? "/" : isRooted(path) ? "~" : "";
  return { root: path.startsWith(UNKNOWN) ? "" : root, names: [], isAdrift: false };
}

function splitNames(path: string, root: string): readonly string[] {
  const names = path.split("/");
  return root === "" || root === "/" ? names : names.slice(1);
}

function step(walk: Walk, name: string, base: string): void {
  if (name === "" || name === ".") return;
  if (name === "..") climb(walk);
  else walk.names.push(name);
  if (walk.root === "/" && walk.names[0] === "proc") leaveProc(walk, base);
}

function climb(walk: Walk): void {
  const last = walk.names.at(-1);
  if (last?.includes(UNKNOWN)) {
    // Whatever it stands for, its parent can't be known either.
    walk.names[walk.names.length - 1] = UNKNOWN;
  } else if (last !== undefined && last !== "..") {
    walk.names.pop();
  } else if (walk.root === "" || walk.root === "~") {
    // Above a home lies a directory whose name depends on the system, so what follows can't be placed.
    walk.root = "";
    walk.names.push("..");
  }
}

/** Replaces the links below `/proc` that lead to the root, to a working directory, or to an open file. */
function leaveProc(walk: Walk, base: string): void {
  const { names } = walk;
  const depth = names[2] === "task" ? 4 : 2;
  if (names.length !== depth + 1) return;
  const link = names[depth];
  if (link === "root") names.length = 0;
  else if (link === "fd") names.splice(0, names.length, "dev", "fd");
  else if (link === "cwd") enterDirectory(walk, base);
}

function enterDirectory(walk: Walk, base: string): void {
  const isOwn = /^(?:thread-)?self$/.test(walk.names[1] ?? "");
  const start = isOwn ? startWalk(base) : startWalk("");
  walk.root = start.root;
  walk.isAdrift = !isOwn;
  const names = isOwn ? splitNames(base, start.root).filter((name) => name !== "" && name !== ".") : [];
  walk.names.splice(0, walk.names.length, ...names);
}

function joinWalk({ root, names }: Walk): string {
  const rest = names.join("/");
  if (root === "/") return `/${rest}`;
  if (root === "") return rest === "" ? "." : rest;
  return rest === "" ? root : `${root}/${rest}`;
}
