import { createActionMethods } from "./actions.ts";
import { readApprovalStats } from "./approval-stats.ts";
import { createAuditMethods } from "./audit.ts";
import { createAuthenticate } from "./authenticate.ts";
import { createBudgetMethods } from "./budgets.ts";
import { cancel } from "./cancel.ts";
import { createSchemaChecker } from "./check-input.ts";
import { compensateRun } from "./compensate.ts";
import type { GatewayContext } from "./context.ts";
import type { Gateway } from "./gateway.ts";
import { createGrantMethods } from "./grants.ts";
import { createGuardMethods } from "./guards.ts";
import { invoke } from "./invoke.ts";
import { createKeyMethods } from "./keys.ts";
import { createPolicyMethods } from "./policies.ts";
import type { GatewayPorts } from "./ports.ts";
import { createPrincipalMethods } from "./principals.ts";
import { getApproval, listApprovals } from "./read-approvals.ts";
import { countInvocations, getInvocation, listInvocationEvents, listInvocations } from "./read-invocations.ts";
import { createReadiness } from "./readiness.ts";
import { reconcile } from "./reconcile.ts";
import { createReplayMethods } from "./replay-policy.ts";
import { retry } from "./retry.ts";
import { createRunMethods } from "./runs.ts";
import { createSessionMethods } from "./sessions.ts";
import { translateStoreErrors } from "./store-errors.ts";
import { createVoteMethods } from "./vote.ts";
import { createWaiter } from "./waiter.ts";
import { createWebhookMethods } from "./webhooks.ts";

/** A gateway and the way to let go of what it holds. */
export interface OpenGateway {
  readonly gateway: Gateway;
  /** Begins the end: whoever waits for long, or longer than `drainMs`, is answered with what is known, and readiness says no. */
  drain(drainMs: number): void;
  /** Stops listening to the store; waits under way end at their time. */
  close(): void;
}

/** The application service over its ports. */
export function createGateway(ports: GatewayPorts): OpenGateway {
  const waiter = createWaiter(ports.store);
  const context: GatewayContext = { ...ports, waiter, schemas: createSchemaChecker() };
  const gateway: Gateway = {
    authenticate: createAuthenticate(ports),
    invoke: (caller, command) => invoke(context, caller, command),
    getInvocation: (caller, id, waitMs) => getInvocation(context, caller, { id, waitMs }),
    listInvocations: (caller, filter, page) => listInvocations(context, caller, { filter, page }),
    countInvocations: (caller, filter) => countInvocations(context, caller, filter),
    listInvocationEvents: (caller, id) => listInvocationEvents(context, caller, id),
    cancel: (caller, id, reason) => cancel(context, caller, { id, reason }),
    retry: (caller, id, request) => retry(context, caller, { ...request, id }),
    reconcile: (caller, id, request) => reconcile(context, caller, { id, request }),
    listApprovals: (caller, filter, page) => listApprovals(context, caller, { filter, page }),
    getApproval: (caller, id) => getApproval(context, caller, id),
    readApprovalStats: (caller, query) => readApprovalStats(context, caller, query),
    ...createVoteMethods(context),
    ...createGrantMethods(ports),
    ...createActionMethods(ports),
    ...createPolicyMethods(ports, ports.policies),
    ...createReplayMethods(ports),
    ...createAuditMethods(ports),
    ...createBudgetMethods(ports),
    ...createKeyMethods(ports),
    ...createPrincipalMethods(ports),
    ...createRunMethods(ports),
    compensateRun: (caller, id, request) => compensateRun(context, caller, { ...request, id }),
    ...createGuardMethods(ports),
    ...createSessionMethods(ports),
    ...createWebhookMethods(ports),
    readiness: createReadiness({ ...ports, isDraining: () => waiter.isDraining }),
  };
  return {
    gateway: translateStoreErrors(gateway, ports.store),
    drain: (drainMs) => waiter.drain(drainMs),
    close: () => waiter.close(),
  };
}
