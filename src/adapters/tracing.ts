import { type Context, context, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import type { MetCall, TraceAttributes, TracedWork, Tracing, WorkTrace } from "../gateway/ports.ts";
import { type CallScope, currentScope, runInScope } from "./call-scope.ts";
import { formatTraceParent, parseTraceParent } from "./trace-parent.ts";

/** Names our spans' library. */
const LIBRARY = "countersign";

/** The scope of traced work. */
interface WorkScope extends CallScope {
  readonly work: TracedWork;
  /** Epoch milliseconds: a span that waits for its parent began then. */
  readonly beganAtMs: number;
  /** Absent while it is unknown whose trace the work belongs to. */
  span: Span | undefined;
  /** Whether it is known what the work is about; about several calls is about none of them. */
  met: "nothing" | "one" | "several";
}

/**
 * Traces over OpenTelemetry's interface: spans go wherever this process has been told to send them, by `startTracing` or by an
 * application that has set up OpenTelemetry itself, and nowhere otherwise.
 */
export function createTracing(): Tracing {
  const tracer = trace.getTracer(LIBRARY);
  return {
    trace: (work, task) => traceWork(tracer, work, task),
    meet: (call) => {
      const scope = currentWork();
      if (scope !== undefined) meetCall(tracer, scope, call);
    },
    note: (attributes) => currentWork()?.span?.setAttributes(prefix(attributes)),
    traceParent: () => formatTraceParent(currentWork()?.span?.spanContext()),
  };
}

async function traceWork<T>(tracer: Tracer, work: TracedWork, task: (trace: WorkTrace) => Promise<T>): Promise<T> {
  const outer = currentWork();
  const scope: WorkScope = {
    ...{ work, beganAtMs: Date.now(), span: undefined, trace: outer?.trace, met: "nothing" },
    invocation: work.invocation ?? outer?.invocation,
  };
  if (work.awaitsCall !== true) beginSpan(tracer, scope, parentOf(work.traceParent, outer?.span));
  try {
    const result = await runInScope(scope, () => inSpan(scope.span, () => task(traceOf(scope))));
    end(tracer, scope);
    return result;
  } catch (error) {
    end(tracer, scope, codeOf(error));
    throw error;
  }
}

/** Makes the span the one that what else is instrumented in this process adds to. */
function inSpan<T>(span: Span | undefined, task: () => T): T {
  return span === undefined ? task() : context.with(trace.setSpan(context.active(), span), task);
}

/** Work of which it never became known what it is about stands for itself. */
function end(tracer: Tracer, scope: WorkScope, code?: string): void {
  const span = scope.span ?? beginSpan(tracer, scope, context.active());
  if (code !== undefined) fail(span, code);
  span.end(Date.now());
}

function beginSpan(tracer: Tracer, scope: WorkScope, parent: Context): Span {
  const { name, kind, attributes } = scope.work;
  const span = tracer.startSpan(
    name,
    { kind: kind === "server" ? SpanKind.SERVER : SpanKind.INTERNAL, startTime: scope.beganAtMs },
    parent,
  );
  const { invocation } = scope;
  span.setAttributes(prefix({ ...attributes, ...(invocation === undefined ? {} : { invocation }) }));
  scope.span = span;
  const { traceId } = span.spanContext();
  if (trace.isSpanContextValid(span.spanContext())) scope.trace = traceId;
  return span;
}

/** What instrumentation around us has made of the request comes first, then what the request says, then the work around it. */
function parentOf(traceParent: string | undefined, outer: Span | undefined): Context {
  const active = context.active();
  const remote = parseTraceParent(traceParent);
  if (remote !== undefined && trace.getSpan(active) === undefined) return trace.setSpanContext(active, remote);
  return outer === undefined ? active : trace.setSpan(active, outer);
}

function meetCall(tracer: Tracer, scope: WorkScope, { tenant, invocation, action, traceParent }: MetCall): void {
  const isOther = scope.invocation !== undefined && scope.invocation !== invocation;
  if (isOther) [scope.met, scope.invocation] = ["several", undefined];
  if (scope.met !== "nothing") return;
  [scope.met, scope.invocation] = ["one", invocation];
  const remote = parseTraceParent(traceParent ?? undefined);
  const parent = remote === undefined ? context.active() : trace.setSpanContext(context.active(), remote);
  const span = scope.span ?? beginSpan(tracer, scope, parent);
  span.setAttributes(prefix({ tenant, invocation, action }));
}

function traceOf(scope: WorkScope): WorkTrace {
  return {
    rename: (name) => scope.span?.updateName(name),
    note: (attributes) => scope.span?.setAttributes(prefix(attributes)),
    fail: (code) => (scope.span === undefined ? undefined : fail(scope.span, code)),
  };
}

function fail(span: Span, code: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: code });
}

/** A message may hold what a caller sent, so only the code, or the error's kind, is said. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if ("code" in error && typeof error.code === "string") return error.code;
  return "type" in error && typeof error.type === "string" ? error.type : error.name;
}

/** Our own words stand under our own name; those with a dot are somebody else's convention. */
function prefix(attributes: TraceAttributes): Record<string, string | number> {
  const named: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) named[name.includes(".") ? name : `countersign.${name}`] = value;
  }
  return named;
}

function currentWork(): WorkScope | undefined {
  const scope = currentScope();
  return scope !== undefined && "work" in scope ? (scope as WorkScope) : undefined;
}
