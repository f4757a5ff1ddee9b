import { MAX_COMMANDS } from "../../../limits.ts";
import type { InputObject, InputValue } from "../../input.ts";
import type { FacetSource } from "../../source.ts";
import { type KeyRole, readKeyRole } from "./key-roles.ts";
import { findLanguage } from "./languages.ts";
import type { Place, Surroundings } from "./place.ts";
import { NO_ARGUMENTS, placeList, placeText, readArgs } from "./readings.ts";
import { readSurroundings } from "./surroundings.ts";

const START: Surroundings = Object.freeze({ directory: ".", assignments: [], stdin: undefined, language: undefined });

/** The parts of a call's input that are run: texts under keys of commands for any tool, nearly everything for a shell tool. */
export function findPlaces({ input, capabilities, nameWords }: FacetSource): readonly Place[] {
  const isShell = capabilities.has("shell");
  const search: Search = {
    places: [],
    takesScripts: isShell || !(capabilities.has("browser") || capabilities.has("sql")),
    language: findLanguage(nameWords),
  };
  searchValue(search, input.value, START);
  if (isShell && search.places.length === 0) takeValue(search, input.value, START);
  return search.places;
}

interface Search {
  readonly places: Place[];
  /** Whether a script is one for a shell, as it isn't for a browser or a database. */
  readonly takesScripts: boolean;
  /** The language that the action's name speaks of. */
  readonly language: string | undefined;
}

/** Looks for keys of commands at any depth. */
function searchValue(search: Search, value: InputValue, around: Surroundings): void {
  // What lies beyond is too much to be looked at anyway.
  if (search.places.length > MAX_COMMANDS) return;
  if (isList(value)) {
    for (const member of value) searchValue(search, member, around);
  } else if (typeof value === "object" && value !== null) searchObject(search, value, around);
}

function isList(value: InputValue): value is readonly InputValue[] {
  return Array.isArray(value);
}

interface Entry {
  readonly role: KeyRole;
  readonly value: InputValue;
}

function searchObject(search: Search, object: InputObject, outer: Surroundings): void {
  const entries = readEntries(object);
  const around = readSurroundings(entries, outer);
  const args = entries.filter(({ role }) => role === "args");
  for (const { role, value } of entries) {
    const isCommand = role === "command" || (role === "commands" && search.takesScripts);
    if (isCommand || (role === "program" && args.length > 0)) placeCommand(search, { role, value, args }, around);
    if (typeof value === "object") searchValue(search, value, around);
  }
}

function readEntries(object: InputObject): readonly Entry[] {
  const entries: Entry[] = [];
  for (const key in object) {
    const value = object[key] ?? null;
    entries.push({ role: readKeyRole(key), value });
  }
  return entries;
}

interface CommandEntry extends Entry {
  /** What stands under keys of arguments beside it. */
  readonly args: readonly Entry[];
}

function placeCommand({ places }: Search, { role, value, args }: CommandEntry, around: Surroundings): void {
  if (typeof value === "string") places.push(...placeText(value, readArgs(args.map((entry) => entry.value)), around));
  else if (isList(value))
    places.push(...placeList(value, { role, args: readArgs(args.map((entry) => entry.value)) }, around));
}

/** Takes whatever may be meant for a shell tool's shell: all texts but those that only describe the call. */
function takeValue(search: Search, value: InputValue, around: Surroundings): void {
  if (typeof value === "string") takeText(search, value, around);
  else if (isList(value)) takeList(search, value, around);
  else if (typeof value === "object" && value !== null) takeObject(search, value, around);
}

function takeText(search: Search, text: string, around: Surroundings): void {
  const language = around.language ?? search.language;
  if (language === undefined) search.places.push(...placeText(text, NO_ARGUMENTS, around));
  else if (text.trim() !== "") search.places.push({ kind: "code", language, text, around });
}

function takeList(search: Search, list: readonly InputValue[], around: Surroundings): void {
  search.places.push(...placeList(list, { role: "command", args: NO_ARGUMENTS }, around));
  for (const member of list) {
    if (typeof member === "object") takeValue(search, member, around);
  }
}

function takeObject(search: Search, object: InputObject, outer: Surroundings): void {
  const entries = readEntries(object);
  // What would be fed to a command is the command here.
  const around = { ...readSurroundings(entries, outer), stdin: outer.stdin };
  for (const { role, value } of entries) {
    if (role !== "about" && role !== "directory" && role !== "env" && role !== "language")
      takeValue(search, value, around);
  }
}
