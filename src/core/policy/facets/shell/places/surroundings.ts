import { MAX_SHELL_EXPORTS } from "../../../limits.ts";
import type { InputValue } from "../../input.ts";
import type { Assignment, Word } from "../command.ts";
import { toWord } from "../programs/words.ts";
import { enterDirectory } from "../script/directories.ts";
import { cleanText } from "./clean-text.ts";
import { readLanguage } from "./languages.ts";
import type { Entry, Surroundings } from "./place.ts";

/** What an object says about how its commands are run; the rest is as in the object around it. */
export function readSurroundings(entries: readonly Entry[], outer: Surroundings): Surroundings {
  let around = outer;
  for (const { role, value } of entries) {
    if (role === "env") around = { ...around, assignments: [...outer.assignments, ...readEnvironment(value)] };
    else if (typeof value !== "string" || value === "") continue;
    else if (role === "directory") around = { ...around, directory: enterDirectory(outer.directory, readPath(value)) };
    else if (role === "stdin") around = { ...around, stdin: toWord(cleanText(value)) };
    else if (role === "language") around = { ...around, language: readLanguage(value) };
  }
  return around;
}

/** A path that no shell expands, but that a tool may expand. */
function readPath(text: string): Word {
  return toWord(cleanText(text).replace(/^\$(?:HOME|\{HOME\})(?=\/|$)/, "~"));
}

/** More than fit are too many to be known. */
const MAX_SETTINGS = MAX_SHELL_EXPORTS + 1;

function readEnvironment(value: InputValue): readonly Assignment[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.slice(0, MAX_SETTINGS).flatMap(readSetting);
  return Object.entries(value)
    .slice(0, MAX_SETTINGS)
    .flatMap(([name, text]) => readSetting(`${name}=${writeScalar(text)}`));
}

function writeScalar(value: InputValue): string {
  return typeof value === "object" ? "" : String(value);
}

function readSetting(setting: InputValue): Assignment[] {
  if (typeof setting !== "string") return [];
  const [, name, value = ""] = /^([^=]+)=([^]*)$/.exec(cleanText(setting)) ?? [];
  return name === undefined ? [] : [{ name, value: toWord(value) }];
}
