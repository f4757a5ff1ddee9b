import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { InvalidArgumentError } from "commander";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** Reads a text argument: itself, `@file` for a file's text, `-` for standard input. */
export async function readTextArgument(argument: string, terminal: Terminal): Promise<string> {
  if (argument === "-") return terminal.readInput();
  return argument.startsWith("@") ? readTextFile(argument.slice(1)) : argument;
}

/**
 * Reads a JSON argument, given as {@link readTextArgument} says.
 * @throws UsageError for what is no JSON; the text is not repeated, since it may hold a secret
 */
export async function readJsonArgument(name: string, argument: string, terminal: Terminal): Promise<unknown> {
  const text = await readTextArgument(argument, terminal);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const hint = argument === "-" || argument.startsWith("@") ? "" : "; quote it for your shell, or use @file or -";
    throw new UsageError(`${name} must be JSON${hint}`, { cause });
  }
}

/** Reads a file's text. @throws UsageError when it can't be read */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw createReadError(path, cause);
  }
}

/** As {@link readTextFile}, for readers that can't wait. */
export function readTextFileSync(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw createReadError(path, cause);
  }
}

/** Collects a repeatable option whose values may also be joined by commas. */
export function collectWords(argument: string, words: readonly string[] = []): string[] {
  const more = argument.split(",").map((word) => word.trim());
  if (more.includes("")) throw new InvalidArgumentError("Give words joined by commas.");
  return [...words, ...more];
}

/** Reads the option `--limit`. */
export function parseLimit(argument: string): number {
  const limit = Number(argument);
  if (!Number.isInteger(limit) || limit < 1 || limit > 200)
    throw new InvalidArgumentError("Give a number from 1 to 200.");
  return limit;
}

function createReadError(path: string, cause: unknown): UsageError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return new UsageError(code === "ENOENT" ? `There is no file ${path}` : `Can't read the file ${path}`, { cause });
}
