/** Flags that stand for variables of the environment. */
export interface ServerOptions {
  readonly actions?: string;
  readonly policy?: string;
  readonly host?: string;
  readonly port?: string;
  readonly dataDir?: string;
}

/** Writes flags into the environment, where the configuration is read from and where the actions themselves may look. */
export function completeEnvironment(env: NodeJS.ProcessEnv, options: ServerOptions): void {
  const variables = {
    COUNTERSIGN_ACTIONS: options.actions,
    COUNTERSIGN_POLICY: options.policy,
    COUNTERSIGN_HOST: options.host,
    COUNTERSIGN_PORT: options.port,
    COUNTERSIGN_DATA_DIR: options.dataDir,
  };
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) env[name] = value;
}
