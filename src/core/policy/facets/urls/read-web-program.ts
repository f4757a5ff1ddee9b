import { type ShellCommand, UNKNOWN, type Word } from "../shell/command.ts";
import { type CommandLine, LineReader, type Operand } from "../shell/programs/line-reader.ts";
import { parseOptionTable } from "../shell/programs/option-table.ts";
import type { ProgramSyntax } from "../shell/programs/program-syntax.ts";
import { isMeantScheme } from "./find-embedded.ts";
import { parseUrl, schemeOf } from "./parse-url.ts";
import { readPlace, readSentence } from "./read-address-text.ts";
import { NO_HOST } from "./read-host.ts";
import { UNKNOWN_URL, type UrlFact } from "./url-fact.ts";
import type { WebProgram } from "./web-programs.ts";

/** Words of HTTPie that aren't its address. */
const METHODS: ReadonlySet<string> = new Set(["get", "head", "post", "put", "patch", "delete", "options", "trace"]);

/** Beginnings of hosts by which curl guesses the scheme of an address that has none. */
const GUESSED_SCHEMES: ReadonlySet<string> = new Set(["ftp", "dict", "ldap", "imap", "smtp", "pop3"]);

/** The options and operands of a program that speaks with web servers. */
export function readWebLine({ args }: ShellCommand, program: WebProgram): CommandLine {
  const reader = new LineReader(syntaxOf(program));
  for (const arg of args) {
    const word = closeWord(arg);
    reader.read(program.isPowerShell === true ? toLongOption(word) : word);
  }
  return reader.finish();
}

/** The addresses that a program would go to, or through. */
export function readWebUrls(line: CommandLine, program: WebProgram, stdin: Word | undefined): UrlFact[] {
  if (program.listens?.some((name) => line.flags.presenceOf(name) === "yes") === true) return [];
  const values = (names: readonly string[] = []): readonly string[] =>
    names.flatMap((name) => line.flags.valuesOf(name).map(({ text }) => text)).filter((text) => text !== "");
  const fallback = values(["--proto-default"])[0] ?? program.fallback;
  const settings = values(program.settings).flatMap(
    (text) => /^\s*(?:https?|ftp)_proxy\s*=(.*)$/is.exec(text)?.[1] ?? [],
  );
  const urls = [
    ...readOperands(line.operands, program, fallback),
    ...values(program.addresses).flatMap((text) => parseUrl(text, fallback ?? "http")),
    ...[...values(program.hosts), ...settings].flatMap(readHostOnly),
    ...values(program.resolvers).flatMap(readResolved),
    ...values(program.connectors).flatMap(readConnected),
    ...values(program.sockets).map(() => ({ ...UNKNOWN_URL, scheme: "unix", host: NO_HOST })),
    ...values(program.lists).flatMap((text) => readList(text, stdin)),
  ];
  const isOpen = urls.some(({ scheme, host }) => scheme === undefined && host === undefined);
  return !isOpen && mayHideAddress(line, program) ? [...urls, UNKNOWN_URL] : urls;
}

/** A host that something connects to, or goes through, whatever is spoken there. */
export function readHostOnly(text: string): UrlFact[] {
  return parseUrl(text, "tcp").map((fact) => ({ ...fact, scheme: "" }));
}

/** Tables are made when a program is first met, and kept: there are as many as programs. */
const syntaxes = new Map<WebProgram, ProgramSyntax>();

function syntaxOf(program: WebProgram): ProgramSyntax {
  const known = syntaxes.get(program);
  if (known !== undefined) return known;
  const syntax: ProgramSyntax = {
    options: parseOptionTable(program.options),
    subcommands: undefined,
    dash: program.dash ?? "letters",
    endsAtOperand: false,
    globalsApart: false,
    bareLetters: false,
  };
  syntaxes.set(program, syntax);
  return syntax;
}

/**
 * Brackets and question marks of an address hardly ever stand for names of files, and a variable behind its beginning
 * hardly ever for several words.
 */
function closeWord(word: Word): Word {
  if (!word.isGlob && !word.mayBeMany) return word;
  const text = word.isGlob ? word.text.replace(/\\([*?[\]\\])/g, "$1") : word.text;
  return { ...word, text, isGlob: false, mayBeMany: word.mayBeMany && text.startsWith(UNKNOWN) };
}

function toLongOption(word: Word): Word {
  return /^-[a-z]/i.test(word.text) ? { ...word, text: `-${word.text.toLowerCase()}` } : word;
}

function readOperands(operands: readonly Operand[], program: WebProgram, fallback: string | undefined): UrlFact[] {
  const words = operands.filter(({ word }) => word.text !== "" && word.text !== "-");
  const [first] = words;
  switch (program.operands) {
    case "all":
      return words.flatMap((operand) => readOperand(operand, fallback));
    case "first": {
      const isMethod = first !== undefined && METHODS.has(first.word.text.toLowerCase());
      return words.slice(isMethod ? 1 : 0, isMethod ? 2 : 1).flatMap((operand) => readOperand(operand, fallback));
    }
    case "host":
      return first === undefined ? [] : readSocket(first.word.text, words[1]?.word.text);
    case "absolute":
      return words.flatMap(({ word }) => readWithScheme(word.text));
    case "openable":
      return words.flatMap(({ word }) => (word.text.startsWith(UNKNOWN) ? [UNKNOWN_URL] : readWithScheme(word.text)));
  }
}

/** A host and the port behind it; a path is a socket of this machine. */
function readSocket(host: string, port = ""): UrlFact[] {
  if (host.startsWith("/")) return [];
  const hosts = readHostOnly(host);
  return /^\d{1,5}$/.test(port) ? hosts.map((fact) => ({ ...fact, port: Number(port) })) : hosts;
}

function readOperand({ word, mayBeValue }: Operand, fallback: string | undefined): UrlFact[] {
  // HTTPie means the machine itself by an address that begins with a colon.
  const text = word.text.startsWith(":") ? `localhost${word.text}` : word.text;
  return mayBeValue && !word.isOpaque ? readPlace(text, true) : parseUrl(text, fallback ?? guessScheme(text));
}

function guessScheme(text: string): string {
  const start = text.slice(0, Math.max(0, text.indexOf("."))).toLowerCase();
  return GUESSED_SCHEMES.has(start) ? start : "http";
}

/** An address with a scheme. */
export function readWithScheme(text: string): UrlFact[] {
  const scheme = schemeOf(text);
  const isMeant = scheme !== undefined && isMeantScheme(scheme, text.slice(scheme.length + 1));
  return isMeant ? parseUrl(text, "http") : [];
}

function readResolved(text: string): UrlFact[] {
  const [, addresses] = /^(?:\[[^\]]*\]|[^:]*):[^:]*:(.*)$/s.exec(text) ?? [];
  if (addresses === undefined || text.includes(UNKNOWN)) return [UNKNOWN_URL];
  return addresses.split(",").flatMap((address) => readHostOnly(/:.*:/.test(address) ? bracket(address) : address));
}

function bracket(address: string): string {
  return address.startsWith("[") ? address : `[${address}]`;
}

function readConnected(text: string): UrlFact[] {
  const [, host] = /^(?:\[[^\]]*\]|[^:]*):[^:]*:(\[[^\]]*\]|[^:]*):[^:]*$/.exec(text) ?? [];
  if (host === undefined || text.includes(UNKNOWN)) return [UNKNOWN_URL];
  return host === "" ? [] : readHostOnly(host);
}

/** The addresses of a list on standard input; those of a file can't be known. */
function readList(file: string, stdin: Word | undefined): UrlFact[] {
  if ((file !== "-" && file !== "/dev/stdin") || stdin === undefined || stdin.isOpaque) return [UNKNOWN_URL];
  const urls = readSentence(stdin.text);
  return urls.length === 0 ? [UNKNOWN_URL] : urls;
}

/** Whether a word that can't be known may be an option with an address. */
function mayHideAddress({ flags }: CommandLine, { addresses = [], hosts = [], lists = [] }: WebProgram): boolean {
  return [...addresses, ...hosts, ...lists].some((name) => flags.presenceOf(name) === "unknown");
}
