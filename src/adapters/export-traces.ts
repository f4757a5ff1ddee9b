import { context, diag, DiagLogLevel, propagation, trace } from "@opentelemetry/api";
import type { Log } from "../gateway/ports.ts";

/** How long the last spans may take to be sent. Our choice: a collector that is away must not use up the time to end in. */
const FLUSH_MS = 3_000;

/** How long nothing more is said of what goes wrong with traces. */
const QUIET_MS = 60_000;

/** Service name of a process that `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` leave without one. */
const DEFAULT_SERVICE = "countersign";

/**
 * Sends this process's spans over OTLP/HTTP from now on, to where `OTEL_EXPORTER_OTLP_…` says and sampled as `OTEL_TRACES_SAMPLER…` says:
 * the SDK reads them itself. The SDK is loaded only here, so a process without tracing doesn't pay for it.
 * @returns what sends the last spans and ends it
 */
export async function exportTraces(log: Log): Promise<() => Promise<void>> {
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, resources] = await Promise.all([
    import("@opentelemetry/sdk-trace-node"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  diag.setLogger(diagnosticsTo(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const named = resources.detectResources({ detectors: [resources.envDetector] });
  const provider = new NodeTracerProvider({
    resource: resources.resourceFromAttributes({ "service.name": DEFAULT_SERVICE }).merge(named),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_MS)));
    const flushed = provider
      .shutdown()
      .catch((error: unknown) => log("warn", "The last spans were not sent", { error }));
    await Promise.race([flushed, late]).finally(() => clearTimeout(timer));
    for (const api of [trace, context, propagation, diag]) api.disable();
  };
}

/**
 * What OpenTelemetry says of itself, once a minute at most: a collector that is away is told of with each batch. Its messages tell of
 * collectors and batches; its further arguments may hold anything.
 */
function diagnosticsTo(log: Log) {
  let saidAtMs = -Infinity;
  const say = (level: "warn" | "error") => (message: string) => {
    if (performance.now() - saidAtMs < QUIET_MS) return;
    saidAtMs = performance.now();
    log(level, `Traces: ${shorten(message)}`);
  };
  const nothing = (): void => undefined;
  return { error: say("error"), warn: say("warn"), info: nothing, debug: nothing, verbose: nothing };
}

/** An exporter's error comes as JSON with its stack. */
function shorten(message: string): string {
  return /"message":"([^"]{1,200})/.exec(message)?.[1] ?? message.slice(0, 200);
}
