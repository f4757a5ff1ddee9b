import type { CountersignError } from "../core/countersign-error.ts";
import type { GatewayPorts } from "../gateway/ports.ts";
import type { AppContext } from "./app-env.ts";
import { createProblem, toCountersignError } from "./problem.ts";

/** Answers with an error as a problem document. */
export function answerProblem(c: AppContext, error: CountersignError): Response {
  const { status, document, headers } = createProblem(error, c.get("requestId"));
  return c.body(JSON.stringify(document), status, { ...headers });
}

/** The app's one error handler: ours become problems, all others a 500 without details, which are logged. */
export function createErrorHandler(log: GatewayPorts["log"] | undefined): (error: unknown, c: AppContext) => Response {
  return (error, c) => {
    const known = toCountersignError(error);
    if (known.code === "internal" || known.code === "unavailable") {
      const level = known.code === "internal" ? "error" : "warn";
      log?.(level, "A request failed", {
        requestId: c.get("requestId"),
        code: known.code,
        error: describeFault(known),
      });
    }
    return answerProblem(c, known);
  };
}

/** The innermost cause's stack: what happened, rather than our translation of it. */
function describeFault(error: CountersignError): string {
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  return cause instanceof Error ? (cause.stack ?? cause.message) : "not an Error";
}
