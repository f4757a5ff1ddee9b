import { type CommandLine, LineReader } from "./line-reader.ts";
import { findProgramSyntax } from "./program-syntax.ts";
import { rememberLast } from "./remember.ts";
import { openGlob } from "./words.ts";

/** Tells a command's words apart as its program would, in linear time. */
export const commandLineOf = rememberLast(({ program = "", args }): CommandLine => {
  const reader = new LineReader(findProgramSyntax(program.toLowerCase()));
  for (const word of args) reader.read(openGlob(word));
  return reader.finish();
});
