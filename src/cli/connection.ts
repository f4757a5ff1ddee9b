import type { Client } from "../client/client.ts";
import { createClient } from "../client/create-client.ts";
import { type OutputOptions, printJson } from "./output.ts";
import { readProfile } from "./profile.ts";
import type { Terminal } from "./terminal.ts";

/** What every command that asks a server takes. */
export interface ConnectionOptions extends OutputOptions {
  /** Address of the server. */
  readonly url?: string;
  /** Profile file to read instead of the default one. */
  readonly profile?: string;
}

/** Which server is asked, and with which key. */
export interface Connection {
  readonly url: string;
  readonly apiKey: string | undefined;
}

const DEFAULT_URL = "http://127.0.0.1:7700";
/** A person waits for the answer: one repetition, not three. */
const MAX_RETRIES = 1;

/** Finds server and key: flag, then a named profile, then the environment, then the default profile, then the default address. */
export function findConnection(options: ConnectionOptions, env: NodeJS.ProcessEnv): Connection {
  const envUrl = env["COUNTERSIGN_URL"] || undefined;
  const envKey = env["COUNTERSIGN_API_KEY"] || undefined;
  const isNamed = options.profile !== undefined;
  const namedUrl = options.url ?? (isNamed ? undefined : envUrl);
  if (!isNamed && namedUrl !== undefined && envKey !== undefined) return { url: namedUrl, apiKey: envKey };
  const profile = readProfile(options.profile, env);
  const url = namedUrl ?? profile.url ?? envUrl ?? DEFAULT_URL;
  // A profile's key belongs to the profile's server; no other server gets to see it.
  const profileKey = isSameServer(url, profile.url ?? DEFAULT_URL) ? profile.apiKey : undefined;
  return { url, apiKey: isNamed ? (profileKey ?? envKey) : (envKey ?? profileKey) };
}

/** A client of the server that options, environment or profile name. */
export function connect(options: ConnectionOptions, terminal: Terminal): Client {
  const { url, apiKey } = findConnection(options, terminal.env);
  if (apiKey === undefined)
    terminal.note("No key is known for this server: set COUNTERSIGN_API_KEY or write a profile file");
  return createClient({ baseUrl: url, apiKey, maxRetries: MAX_RETRIES });
}

/** Prints an answer: as JSON for programs, or else as `show` does it for people. */
export async function printAnswer<Answer>(
  terminal: Terminal,
  { answer, json }: { readonly answer: Answer; readonly json: boolean | undefined },
  show: (answer: Answer) => void | Promise<void>,
): Promise<void> {
  if (json === true) return printJson(terminal, answer);
  await show(answer);
}

function isSameServer(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href;
}
