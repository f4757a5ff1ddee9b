import { createLogger } from "../adapters/logger.ts";
import type { Config } from "../config/config.ts";
import { createRedactor } from "../core/redaction/redactor.ts";

/**
 * Sends the spans of a process to where its configuration says; without `OTEL_EXPORTER_OTLP_ENDPOINT` or its like nothing is made or sent.
 * Started before everything else and ended after it.
 * @returns what sends the last spans and ends it
 */
export async function startTracing(
  config: Pick<Config, "traces" | "logLevel" | "redactPatterns">,
): Promise<() => Promise<void>> {
  if (!config.traces) return () => Promise.resolve();
  const { exportTraces } = await import("../adapters/export-traces.ts");
  const { redact } = createRedactor({ extraKeyPatterns: config.redactPatterns });
  return exportTraces(createLogger({ level: config.logLevel, redact }));
}
