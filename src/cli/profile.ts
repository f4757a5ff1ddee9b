import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "./usage-error.ts";

/** Where a person's server is and which key is theirs, so that neither need stand in the environment. */
export interface Profile {
  readonly url?: string;
  readonly apiKey?: string;
}

/** Permission bits of everyone but the owner. */
const OTHERS = 0o077;

/** The profile file that is read when none is named. */
export function defaultProfilePath(env: NodeJS.ProcessEnv): string {
  return join(env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "countersign", "profile.json");
}

/**
 * Reads a profile file: `{ "url": "…", "apiKey": "…" }`. Without a named file the default one is read if there is one.
 * @throws UsageError when it can't be read, or when others than its owner can read it
 */
export function readProfile(namedPath: string | undefined, env: NodeJS.ProcessEnv): Profile {
  const path = namedPath ?? defaultProfilePath(env);
  if (namedPath === undefined && !existsSync(path)) return {};
  const profile = parseProfile(path);
  if (profile.apiKey !== undefined && process.platform !== "win32" && (statSync(path).mode & OTHERS) !== 0) {
    throw new UsageError(`The profile ${path} holds a key and can be read by others; run: chmod 600 ${path}`);
  }
  return profile;
}

function parseProfile(path: string): Profile {
  const fields = readFields(path);
  for (const field of ["url", "apiKey"]) {
    const value = fields[field];
    if (value !== undefined && typeof value !== "string")
      throw new UsageError(`The profile ${path}: ${field} must be a text`);
  }
  return fields;
}

/** The parser's own message is left out: it quotes the text, which may hold the key. */
function readFields(path: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new UsageError(`Can't read the profile ${path}`, { cause });
  }
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields === "object" && fields !== null) return fields as Readonly<Record<string, unknown>>;
  } catch {
    // Not JSON: said below, like JSON that is no object.
  }
  throw new UsageError(`The profile ${path} must be a JSON object such as { "url": "…", "apiKey": "…" }`);
}
