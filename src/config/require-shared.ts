import { CountersignError } from "../core/countersign-error.ts";
import { joinSigningKeys, type SigningKey } from "../core/signing-key.ts";
import type { Config } from "./config.ts";

/** What processes that run apart must share. */
export interface SharedConfig {
  readonly databaseUrl: string;
  /** The key that signs, and those that signed before it. */
  readonly signingKey: SigningKey;
}

/**
 * Reads what only separate processes need: PGlite and generated keys live in one process, so these must be named.
 * @throws invalid_request naming every variable that is missing
 */
export function requireShared(config: Config): SharedConfig {
  const { databaseUrl, signingKey } = config;
  const missing = [
    ...(databaseUrl === undefined ? ["DATABASE_URL"] : []),
    ...(config.temporal.address === undefined ? ["TEMPORAL_ADDRESS"] : []),
    ...(signingKey === undefined ? ["COUNTERSIGN_SIGNING_KEY"] : []),
  ];
  if (databaseUrl === undefined || signingKey === undefined || missing.length > 0) {
    throw new CountersignError(
      "invalid_request",
      `Processes that run apart need ${missing.join(", ")} in the environment`,
    );
  }
  return { databaseUrl, signingKey: joinSigningKeys(signingKey, config.previousSigningKeys) };
}
