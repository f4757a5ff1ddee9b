import { pino } from "pino";
import type { Log, LogLevel, Redact } from "../gateway/ports.ts";
import { scopeIds } from "./call-scope.ts";

/** What a logger needs. */
export interface LoggerOptions {
  readonly level: LogLevel | "fatal" | "trace" | "silent";
  readonly redact: Redact;
}

/**
 * A log of JSON lines on standard error; every field is redacted, errors are cut down to name, message and code. Lines that are written
 * while a call is worked on carry its id as `invocation` and that of its trace as `trace`, if there is one.
 */
export function createLogger({ level, redact }: LoggerOptions): Log {
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  return (severity, message, fields = {}) => {
    if (!logger.isLevelEnabled(severity)) return;
    logger[severity]({ ...scopeIds(), ...describeFields(fields, redact) }, String(redact(message)));
  };
}

function describeFields(fields: Readonly<Record<string, unknown>>, redact: Redact): object {
  const plain = Object.entries(fields).map(([name, value]) => [
    name,
    value instanceof Error ? describeError(value) : value,
  ]);
  return redact(Object.fromEntries(plain)) as object;
}

/** No stack and no driver details: both may carry values of rows. */
function describeError(error: Error): object {
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  const cause = error.cause instanceof Error ? { cause: describeError(error.cause) } : {};
  return { name: error.name, message: error.message, ...code, ...cause };
}
