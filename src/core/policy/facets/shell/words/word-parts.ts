import type {
  BraceExpansionPart,
  CommandExpansionPart,
  DoubleQuotedPart,
  GlobPart,
  LocaleStringPart,
  ParameterExpansionPart,
  WordPart,
} from "unbash";
import { UNKNOWN, UNKNOWN_WORD } from "../command.ts";
import { setVariable, type ShellState } from "../state.ts";
import { gatherScripts } from "./gather-scripts.ts";
import { addParameter, isKnownParameter } from "./parameters.ts";
import { addGlob, addPlace, addText, addUnknownPart, type WordBuilder } from "./word-builder.ts";
import type { WordContext } from "./word-context.ts";

/** A part of a word, and how it is read where it stands. */
export interface PartUse<Part = WordPart> {
  /** The part. */
  readonly part: Part;
  /** Whether it stands in double quotes. */
  readonly isQuoted: boolean;
  /** Whether unquoted expansions are split and globs are active, as in a command's words; not so in an assignment. */
  readonly isSplit: boolean;
  /** The part before it. */
  readonly previous: WordPart | undefined;
  /** The part behind it. */
  readonly next: WordPart | undefined;
}

/** Adds a part of a word. */
export function addPart(builder: WordBuilder, context: WordContext, use: PartUse): void {
  const { part, isSplit } = use;
  const isWhole = use.isQuoted || !isSplit;
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
    case "AnsiCQuoted":
      // A line that goes on leaves no text, and no word.
      if (part.value !== "" || part.type !== "Literal") addText(builder, part.value);
      // A script made of text that can't be known: the text may hold spaces.
      builder.mayBeMany ||= part.type === "Literal" && !isWhole && part.value.includes(UNKNOWN);
      return;
    case "Glob":
      return isSplit ? addGlobPart(builder, context, part) : addText(builder, part.text);
    case "DoubleQuoted":
    case "LocaleString":
      return addDoubleQuoted(builder, context, part);
    case "SimpleExpansion":
      return addSimpleExpansion(builder, context, use);
    case "ParameterExpansion":
      return addParameterExpansion(builder, context, { part, isQuoted: isWhole });
    case "CommandExpansion":
      return addSubstitution(builder, context, { part, isQuoted: isWhole });
    case "ArithmeticExpansion":
      if (/=|\+\+|--/.test(part.text)) forgetNames(context.state, part.text);
      gatherScripts(context, part);
      return addUnknownPart(builder, false);
    case "ProcessSubstitution":
      gatherScripts(context, part);
      return addText(builder, `/dev/fd/${UNKNOWN}`);
    case "ExtendedGlob":
      gatherScripts(context, part);
      // Whatever it stands for has no slash, so a star stands for all of it.
      return isSplit ? addGlob(builder, "*") : addText(builder, part.text);
    case "BraceExpansion":
      return addUnexpandedBraces(builder, context, part);
  }
}

function addDoubleQuoted(
  builder: WordBuilder,
  context: WordContext,
  { parts }: DoubleQuotedPart | LocaleStringPart,
): void {
  builder.isThere = true;
  addQuotedParts(builder, context, parts);
}

/** Adds parts that stand as in double quotes: nothing of theirs is split, and no glob is active. */
export function addQuotedParts(builder: WordBuilder, context: WordContext, parts: readonly WordPart[]): void {
  for (const [index, part] of parts.entries()) {
    addPart(builder, context, {
      part,
      isQuoted: true,
      isSplit: false,
      previous: parts[index - 1],
      next: parts[index + 1],
    });
  }
}

function addGlobPart(builder: WordBuilder, context: WordContext, part: GlobPart): void {
  if (part.kind !== "bracket") return addGlob(builder, part.value);
  const isLiteral = part.parts.every(({ type }) => type === "Literal" || type === "SingleQuoted");
  if (isLiteral) return addGlob(builder, part.value);
  gatherScripts(context, part);
  addUnknownPart(builder, true);
}

/** Braces where nothing expands them, as in an assignment: they stand for themselves, what is in them doesn't. */
function addUnexpandedBraces(builder: WordBuilder, context: WordContext, part: BraceExpansionPart): void {
  if (part.parts === undefined) return addText(builder, part.text.replaceAll(/\\(?:\n|([^]))/g, "$1"));
  gatherScripts(context, part);
  addUnknownPart(builder, false);
}

function addSimpleExpansion(builder: WordBuilder, context: WordContext, use: PartUse): void {
  const name = readName(use.part.text);
  const isQuoted = use.isQuoted || !use.isSplit;
  // `$IFS$9` keeps the name of the variable apart from what follows; nobody gives nine arguments.
  // The name goes on behind a line end that is no part of it.
  if (use.next?.type === "Literal" && use.next.text.startsWith("\\\n")) return addUnknownPart(builder, !isQuoted);
  const isMark = !isQuoted && /^\d$/.test(name) && use.previous !== undefined && readName(use.previous.text) === "IFS";
  if (isMark && context.state.positional === undefined) return;
  addParameter(builder, context, { name, isQuoted });
}

/** `$X`, `${X}` or, broken across lines, `$\` and `X`. */
function readName(text: string): string {
  return text
    .replaceAll("\\\n", "")
    .replace(/^\$\{?/, "")
    .replace(/\}$/, "");
}

interface Quotable<Part> {
  readonly part: Part;
  readonly isQuoted: boolean;
}

function addParameterExpansion(
  builder: WordBuilder,
  context: WordContext,
  { part, isQuoted }: Quotable<ParameterExpansionPart>,
): void {
  const { parameter: name, operation, prefix, index } = part;
  gatherScripts(context, part);
  const isWhole = prefix === undefined && index === undefined;
  if (isWhole && operation === undefined) return addParameter(builder, context, { name, isQuoted });
  if (isWhole && operation?.type === "Default" && !operation.operator.includes("+")) {
    if (isKnownParameter(context.state, name)) return addParameter(builder, context, { name, isQuoted });
    // Where the variable is set, it names a directory for temporary files too.
    if (name === "TMPDIR" && operation.operand.text === "/tmp") return addText(builder, "/tmp");
  }
  if (operation?.type === "Default" && operation.operator.includes("=")) forgetNames(context.state, name);
  addUnknownPart(builder, prefix === "#" ? false : !isQuoted || index?.text === "@");
}

function addSubstitution(
  builder: WordBuilder,
  context: WordContext,
  { part, isQuoted }: Quotable<CommandExpansionPart>,
): void {
  gatherScripts(context, part);
  const isDirectory = /^(?:\$\(|`)[ \t\n]*pwd(?:[ \t]+-[LP])?[ \t\n]*[)`]$/.test(part.text);
  if (isDirectory && !context.reading.functions.has("pwd")) addPlace(builder, ".");
  else addUnknownPart(builder, !isQuoted);
}

/** Variables that an expansion may set, as in `$((X = 1))` or `${X:=1}`, can't be known any longer. */
export function forgetNames(state: ShellState, text: string): void {
  for (const [name] of text.matchAll(/[A-Za-z_][A-Za-z_0-9]*/g)) setVariable(state, name, UNKNOWN_WORD);
}
