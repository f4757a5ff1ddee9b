import type { FacetSource } from "../source.ts";
import { type CommandFacet, type Word } from "./command.ts";
import { cleanText } from "./places/clean-text.ts";
import { findPlaces } from "./places/find-places.ts";
import type { Place } from "./places/place.ts";
import { toWord } from "./programs/words.ts";
import { addUnknown, createReading, type Reading, stopReading } from "./reading.ts";
import { assignVariables } from "./script/builtins.ts";
import { walkText, walkWords } from "./script/walk-script.ts";
import { createState } from "./state.ts";

/** The commands that a call would run, whatever the action's name. Never throws; linear in the input. */
export function readCommands(source: FacetSource): CommandFacet {
  const reading = createReading();
  try {
    for (const place of findPlaces(source)) readPlace(reading, place);
  } catch {
    // Nested too deep for the stack.
    stopReading(reading);
  }
  // What was left out may be any command.
  if (source.input.isCut) addUnknown(reading);
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
      return walkWords(reading, state, [toWord(place.language), toWord("-c"), toWord(cleanText(place.text))]);
  }
}

/** A word that no shell expands. The tool may well do so, so a home in front counts as one. */
function readLiteral(text: string): Word {
  return toWord(cleanText(text).replace(/^\$(?:HOME|\{HOME\})(?=\/|$)/, "~"));
}
