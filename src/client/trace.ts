import type * as OpenTelemetry from "@opentelemetry/api";
import { CountersignError } from "../core/countersign-error.ts";

/** Under which OpenTelemetry's interface, version 1, is registered by an application that has set it up. */
const REGISTRY = Symbol.for("opentelemetry.js.api.1");

/** What makes the server's work a part of the application's trace. */
export type TraceHeaders = Readonly<Record<string, string>>;

/** What a call's span tells of its answer. */
interface Answered {
  readonly id: string;
  readonly status: string;
}

/**
 * Sends a call as a span of the application's trace. Where the application hasn't set up OpenTelemetry nothing is loaded, and nothing
 * is sent besides.
 */
export async function traceCall<Answer extends Answered>(
  action: string,
  send: (headers: TraceHeaders) => Promise<Answer>,
): Promise<Answer> {
  const api = await loadApi();
  if (api === undefined) return send({});
  const { context, propagation, SpanKind, SpanStatusCode, trace } = api;
  const options = { kind: SpanKind.CLIENT, attributes: { "countersign.action": action } };
  return trace.getTracer("countersign").startActiveSpan(`countersign invoke ${action}`, options, async (span) => {
    const headers: Record<string, string> = {};
    propagation.inject(context.active(), headers);
    try {
      const answer = await send(headers);
      span.setAttributes({ "countersign.invocation": answer.id, "countersign.status": answer.status });
      return answer;
    } catch (error) {
      // A message may hold what was sent, so only the code is told.
      const message = error instanceof CountersignError ? error.code : "unknown";
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** OpenTelemetry's interface, once an application has set it up: then it is loaded already, in most cases. */
async function loadApi(): Promise<typeof OpenTelemetry | undefined> {
  if (!(REGISTRY in globalThis)) return undefined;
  try {
    return await import("@opentelemetry/api");
  } catch {
    // Bundled without it: the call matters more than its trace.
    return undefined;
  }
}
