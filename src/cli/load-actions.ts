import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Action } from "../action/action.ts";
import type { Credentials } from "../action/credentials.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { prepareActionModules } from "./module-hooks.ts";

/** What a module of actions gives a worker. */
export interface ActionModule {
  readonly actions: readonly Action[];
  /** Where its actions' credentials come from; absent where it names nothing. */
  readonly credentials?: Credentials;
}

/**
 * Loads the module (.ts or .js) that exports `actions`, and perhaps `credentials`: an object with `get`, or that function itself. A module that imports `countersign` gets this very copy of it.
 * @param modulePath absolute, or relative to the working directory
 * @throws invalid_request saying what is wrong with the module
 */
export async function loadActions(modulePath: string): Promise<ActionModule> {
  const path = resolve(modulePath);
  if (!existsSync(path)) throw invalid(`There is no actions module at ${path}`);
  const { actions, credentials } = await importModule(path);
  if (!isList(actions)) {
    throw invalid(`The module ${path} must export a list named actions: export const actions = [defineAction(…), …]`);
  }
  if (!actions.every(isAction)) {
    const index = actions.findIndex((action) => !isAction(action));
    throw invalid(`The module ${path} exports actions[${index}], which was not made by defineAction`);
  }
  assertUniqueNames(actions, path);
  return credentials === undefined ? { actions } : { actions, credentials: readCredentials(credentials, path) };
}

async function importModule(path: string): Promise<{ readonly actions?: unknown; readonly credentials?: unknown }> {
  const modules = await prepareActionModules();
  try {
    const loaded = (await modules.import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
    // What a CommonJS module exports may stand below `default` only.
    return "actions" in loaded ? loaded : (loaded["default"] ?? {});
  } catch (cause) {
    // A compiler's message has several lines; here it is the end of one.
    const reason = (cause instanceof Error ? cause.message : String(cause)).trim().replace(/\s*\n\s*/g, " ");
    throw new CountersignError("invalid_request", `Can't load the actions module ${path}: ${reason}`, { cause });
  }
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** By shape, not by class: the module may have got `defineAction` from another copy. */
function isAction(value: unknown): value is Action {
  if (typeof value !== "object" || value === null || !Object.isFrozen(value)) return false;
  return "run" in value && typeof value.run === "function" && "execution" in value && "name" in value;
}

function readCredentials(credentials: unknown, path: string): Credentials {
  if (typeof credentials === "function") return { get: credentials as Credentials["get"] };
  const isSource = typeof credentials === "object" && credentials !== null && "get" in credentials;
  if (isSource && typeof credentials.get === "function") return credentials as Credentials;
  throw invalid(`The module ${path} must export credentials as a function or as an object with a function get`);
}

function assertUniqueNames(actions: readonly Action[], path: string): void {
  const seen = new Set<string>();
  for (const { name } of actions) {
    if (seen.has(name)) throw invalid(`The module ${path} exports two actions named ${name}`);
    seen.add(name);
  }
}

function invalid(message: string): CountersignError {
  return new CountersignError("invalid_request", message);
}
