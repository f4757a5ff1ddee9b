import type { RunStates } from "../../src/gateway/ports.ts";
import type { UnstartedInvocation } from "../../src/store/unstarted-invocations.ts";
import type { ActivityPorts } from "../ports.ts";

/** Everything outside that the reconciler needs. */
export interface ReconcilerPorts extends Pick<ActivityPorts, "store" | "redact" | "signingKey" | "log" | "metrics"> {
  readonly states: RunStates;
  /** Starts an invocation's run anew; one that is there is a success. */
  readonly restart: (invocation: UnstartedInvocation) => Promise<void>;
}
