import type { FacetSource } from "../source.ts";
import type { CommandFacet, Word } from "./command.ts";
import { findInterpreter } from "./interpreters/interpreter-data.ts";
import { cleanText } from "./places/clean-text.ts";
import { findPlaces } from "./places/find-places.ts";
import type { Place } from "./places/place.ts";
import { toWord } from "./programs/words.ts";
import { createRecentTexts } from "./recent-texts.ts";
import { addUnknown, createReading, type Reading, stopReading } from "./reading.ts";
import { assignVariables } from "./script/builtins.ts";
import { walkText, walkWords } from "./script/walk-script.ts";
import { createState, type ShellState } from "./state.ts";

const recentLines = createRecentTexts<CommandFacet>();

/** The commands that a call would run, whatever the action's name. Never throws; linear in the input. */
export function readCommands(source: FacetSource): CommandFacet {
  const places = findPlaces(source);
  const line = findOnlyLine(places);
  if (line === undefined || source.input.isCut) return readPlaces(places, source.input.isCut);
  return recentLines.recall(line, () => readPlaces(places, false));
}

/** The text of a call that runs one line and says nothing about how: what it does depends on nothing else. */
function findOnlyLine(places: readonly Place[]): string | undefined {
  const [place] = places;
  if (place?.kind !== "line" || places.length > 1 || place.args.length > 0) return undefined;
  const { directory, assignments, stdin } = place.around;
  return directory === "." && assignments.length === 0 && stdin === undefined ? place.text : undefined;
}

function readPlaces(places: readonly Place[], isCut: boolean): CommandFacet {
  const reading = createReading();
  try {
    for (const place of places) readPlace(reading, place);
  } catch {
    // Nested too deep for the stack.
    stopReading(reading);
  }
  // What was left out may be any command.
  if (isCut) addUnknown(reading);
  return { commands: reading.commands };
}

function readPlace(reading: Reading, place: Place): void {
  const { directory, stdin, assignments } = place.around;
  const state = createState(directory, stdin);
  reading.exported = [];
  if (assignments.length > 0) assignVariables(reading, state, assignments);
  switch (place.kind) {
    case "line":
      return walkText(reading, state, { text: toWord(cleanText(place.text)), args: place.args.map(readLiteral) });
    case "argv":
      return walkWords(reading, state, place.words.map(readLiteral));
    case "code":
      return readCode(reading, state, place);
  }
}

/** Program text counts as if it were given to its interpreter; in a language that isn't known it may run anything. */
function readCode(reading: Reading, state: ShellState, { language, text }: Extract<Place, { kind: "code" }>): void {
  const option = findInterpreter(language)?.code.charAt(0);
  walkWords(reading, state, [toWord(language), toWord(`-${option ?? "e"}`), toWord(cleanText(text))]);
  if (option === undefined) addUnknown(reading);
}

/** A word that no shell expands. The tool may well do so, so a home in front counts as one. */
function readLiteral(text: string): Word {
  return toWord(cleanText(text).replace(/^\$(?:HOME|\{HOME\})(?=\/|$)/, "~"));
}
