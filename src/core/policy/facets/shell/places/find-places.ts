import { MAX_COMMANDS } from "../../../limits.ts";
import type { InputObject, InputValue } from "../../input.ts";
import type { FacetSource } from "../../source.ts";
import { type KeyRole, readKeyRole } from "./key-roles.ts";
import { findLanguage } from "./languages.ts";
import type { Entry, Place, Surroundings } from "./place.ts";
import { type Arguments, NO_ARGUMENTS, placeList, placeText, readArgs } from "./readings.ts";
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
  if (isFull(search)) return;
  if (isList(value)) {
    for (const member of value) searchValue(search, member, around);
  } else if (typeof value === "object" && value !== null) searchObject(search, value, around);
}

function isList(value: InputValue): value is readonly InputValue[] {
  return Array.isArray(value);
}

function searchObject(search: Search, object: InputObject, outer: Surroundings): void {
  const entries = readEntries(object);
  const around = readSurroundings(entries, outer);
  const args = readArgs(entries);
  for (const { role, value } of entries) {
    if (isFull(search)) return;
    if (isCommand(search, role, args)) placeCommand(search, { role, value, args }, around);
    if (typeof value === "object") searchValue(search, value, around);
  }
}

/** What lies beyond is too much to be looked at anyway. */
function isFull({ places }: Search): boolean {
  return places.length > MAX_COMMANDS;
}

function readEntries(object: InputObject): readonly Entry[] {
  const entries: Entry[] = [];
  for (const key in object) entries.push({ role: readKeyRole(key), value: object[key] ?? null });
  return entries;
}

function isCommand({ takesScripts }: Search, role: KeyRole, args: Arguments): boolean {
  if (role === "command") return true;
  return role === "commands" ? takesScripts : role === "program" && args !== NO_ARGUMENTS;
}

interface CommandEntry extends Entry {
  /** What stands beside it. */
  readonly args: Arguments;
}

function placeCommand({ places }: Search, { role, value, args }: CommandEntry, around: Surroundings): void {
  if (typeof value === "string") placeText(places, { text: value, args }, around);
  else if (isList(value)) placeList(places, { list: value, role, args }, around);
}

/** Takes whatever may be meant for a shell tool's shell: all texts but those that only describe the call. */
function takeValue(search: Search, value: InputValue, around: Surroundings): void {
  if (typeof value === "string") takeText(search, value, around);
  else if (isList(value)) takeList(search, value, around);
  else if (typeof value === "object" && value !== null) takeObject(search, value, around);
}

function takeText(search: Search, text: string, around: Surroundings): void {
  const language = around.language ?? search.language;
  if (language === undefined) placeText(search.places, { text, args: NO_ARGUMENTS }, around);
  else if (text.trim() !== "") search.places.push({ kind: "code", language, text, around });
}

function takeList(search: Search, list: readonly InputValue[], around: Surroundings): void {
  placeList(search.places, { list, role: "command", args: NO_ARGUMENTS }, around);
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
