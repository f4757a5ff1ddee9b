import type { Config } from "../config/config.ts";
import { UsageError } from "./usage-error.ts";

/** Flags that stand for variables of the environment. */
export interface ServerOptions {
  readonly actions?: string;
  readonly policy?: string;
  readonly tariff?: string;
  readonly host?: string;
  readonly port?: string;
  readonly dataDir?: string;
  readonly acceptIncompatible?: true;
}

/** Writes flags into the environment, where the configuration is read from and where the actions themselves may look. */
export function completeEnvironment(env: NodeJS.ProcessEnv, options: ServerOptions): void {
  const variables = {
    COUNTERSIGN_ACTIONS: options.actions,
    COUNTERSIGN_POLICY: options.policy,
    COUNTERSIGN_TARIFF: options.tariff,
    COUNTERSIGN_HOST: options.host,
    COUNTERSIGN_PORT: options.port,
    COUNTERSIGN_DATA_DIR: options.dataDir,
    COUNTERSIGN_ACCEPT_INCOMPATIBLE: options.acceptIncompatible === true ? "true" : undefined,
  };
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) env[name] = value;
}

/** The module of actions. @throws UsageError when none is named */
export function requireActionsModule({ actionsModule }: Config): string {
  if (actionsModule !== undefined) return actionsModule;
  throw new UsageError("Name the module of your actions: --actions <module>, or COUNTERSIGN_ACTIONS");
}

/** The fields that are there: an option that is absent must not be handed on as `undefined`. */
export function dropAbsent<Fields extends object>(
  fields: Fields,
): { readonly [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}
