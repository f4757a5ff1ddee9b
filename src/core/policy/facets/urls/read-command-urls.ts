import { type ShellCommand, UNKNOWN } from "../shell/command.ts";
import { findSockets } from "./find-embedded.ts";
import { isFetched, schemeOf } from "./parse-url.ts";
import { isPipedToFile, isRedirected, savesItself } from "./read-downloads.ts";
import { readCode } from "./read-input-urls.ts";
import { readHostOnly, readWebLine, readWebUrls, readWithScheme } from "./read-web-program.ts";
import { SLASHLESS_SCHEMES } from "./schemes.ts";
import type { UrlCollector } from "./url-collector.ts";
import { UNKNOWN_URL, type UrlFact } from "./url-fact.ts";
import { WEB_PROGRAMS, type WebProgram } from "./web-programs.ts";
import { GIT_FETCHERS, WORD_PROGRAMS } from "./word-programs.ts";

/** Variables that name a host to go through. */
const PROXY_VARIABLE = /^(?:https?|all|ftp)_proxy$/i;

const NO_URLS: readonly UrlFact[] = Object.freeze([]);

/** The addresses that commands would go to: those of web clients in any spelling, those of other programs where a word is one. */
export function readCommandUrls(commands: readonly ShellCommand[], found: UrlCollector): void {
  for (const [index, command] of commands.entries()) {
    if (found.isFull) return;
    const { redirects, assignments } = command;
    if (redirects.length + assignments.length > 0) found.add(readSurroundings(command));
    found.add(readCommand(command, () => isPipedToFile(commands, index)));
  }
}

function readCommand(command: ShellCommand, isPiped: () => boolean): readonly UrlFact[] {
  if (command.program === undefined) return [UNKNOWN_URL];
  const lower = command.program.toLowerCase();
  const program = lower.endsWith(".exe") ? lower.slice(0, -4) : lower;
  const web = WEB_PROGRAMS.get(program);
  if (web !== undefined) return readWeb(command, web, isPiped);
  if (program === "socat") return readSocat(command);
  if (program === "awk" || program === "gawk") return readAwk(command);
  if (WORD_PROGRAMS.has(program)) return NO_URLS;
  const { args, code } = command;
  const hasAddress = args.some(({ text }) => text.includes(":"));
  if (!hasAddress && code === undefined) return NO_URLS;
  if (program === "git" && !isGitFetcher(command)) return NO_URLS;
  return [...readWords(command), ...readProgramText(command)];
}

/** What the shell itself connects to, and what a command is told to go through. */
function readSurroundings({ redirects, assignments }: ShellCommand): UrlFact[] {
  const sockets = redirects.flatMap(({ target }) => [...findSockets(target.text)]);
  const proxies = assignments.filter(({ name, value }) => PROXY_VARIABLE.test(name) && value.text !== "");
  return [...sockets, ...proxies.map(({ value }) => value.text)].flatMap(readHostOnly);
}

function readWeb(command: ShellCommand, program: WebProgram, isPiped: () => boolean): UrlFact[] {
  const line = readWebLine(command, program);
  const urls = readWebUrls(line, program, command.stdin);
  if (urls.length === 0) return urls;
  const isDownload = savesItself(line, program) || isRedirected(command) || isPiped();
  return isDownload ? urls.map((fact) => ({ ...fact, isDownload })) : urls;
}

function readSocat({ args }: ShellCommand): UrlFact[] {
  return args.flatMap(({ text }) => {
    const host = /^(?:tcp|udp|sctp|openssl|ssl|proxy|socks)[\w-]*:(\[[^\]]*\]|[^,:]*)(?:[:,]|$)/i.exec(text)?.[1];
    return host === undefined || /^[\w-]*listen:/i.test(text) ? [] : readHostOnly(host);
  });
}

function readAwk({ args, code }: ShellCommand): UrlFact[] {
  const texts = code === undefined ? args : [...args, code];
  return texts.flatMap(({ text }) => [...findSockets(text)].flatMap(readHostOnly));
}

function isGitFetcher({ args }: ShellCommand): boolean {
  return args.some(({ text }) => GIT_FETCHERS.has(text));
}

/** Words that are an address, also behind the name of an option or argument; a variable's value is only handed on. */
function readWords({ args }: ShellCommand): UrlFact[] {
  return args.flatMap(({ text }) => {
    if (/^(?:-D)?[A-Z][A-Z0-9_]*=/.test(text)) return NO_URLS;
    const address = text.replace(/^[^\s=:]*=/, "");
    const scheme = schemeOf(address);
    const isKnown = scheme !== undefined && isFetched(scheme) && !SLASHLESS_SCHEMES.has(scheme);
    return isKnown && !/\s/.test(address) ? readWithScheme(address) : [];
  });
}

function readProgramText({ code }: ShellCommand): UrlFact[] {
  if (code === undefined) return [];
  return code.text === UNKNOWN ? [UNKNOWN_URL] : readCode(code.text);
}
