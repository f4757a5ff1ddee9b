import { randomUUID } from "node:crypto";
import { Client } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { installSdkLogger } from "../../src/adapters/connect-temporal.ts";
import { createTemporalRuns, workflowIdOf } from "../../src/adapters/temporal-runs.ts";
import type { Action } from "../../src/action/action.ts";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { InvocationStatus, InvocationView } from "../../src/contract/invocation.ts";
import type { CreateKeyRequest } from "../../src/contract/principal.ts";
import { createRedactor } from "../../src/core/redaction/redactor.ts";
import { createGateway } from "../../src/gateway/create-gateway.ts";
import { createDirectory } from "../../src/gateway/directory.ts";
import type { Caller, Gateway } from "../../src/gateway/gateway.ts";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import { createPolicySource } from "../../src/gateway/policy-source.ts";
import type { GatewayPorts, Runs } from "../../src/gateway/ports.ts";
import { type Relay, startRelay } from "../../src/gateway/relay.ts";
import { createPoller, type Poller } from "../../worker/create-poller.ts";
import { openTestStore, type TestStore } from "./pglite.ts";
import { temporalAddress } from "./temporal-server.ts";

/** A guard to try things with: the real parts on the shared Temporal server and a database of its own. */
export interface TestGuard {
  readonly gateway: Gateway;
  readonly store: TestStore;
  readonly client: Client;
  readonly runs: Runs;
  readonly relay: Relay;
  readonly ports: GatewayPorts;
  readonly admin: Caller;
  /** A caller with a key of its own; `invoke` and `read` unless told. */
  caller(request: Partial<CreateKeyRequest> & { subject: string }): Promise<Caller>;
  /** Stops the worker and waits until it has gone. */
  stopWorker(): Promise<void>;
  /** Starts a worker again. */
  startWorker(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a guard with its own task queue and the policy given. */
export async function startGuard(actions: readonly Action[], policy: string): Promise<TestGuard> {
  const store = await openTestStore();
  await publishFileDocument(store, policy);
  const log = (): void => undefined;
  installSdkLogger(log);
  const connection = await NativeConnection.connect({ address: temporalAddress() });
  const client = new Client({ connection });
  const { redact } = createRedactor();
  const runs = createTemporalRuns({ client, uiUrl: "http://ui.example", startEagerly: false });
  const policies = createPolicySource(store);
  const ports: GatewayPorts = {
    store,
    runs,
    policies,
    directory: createDirectory(store),
    redact,
    signingKey: "k".repeat(40),
    adminKey: "a".repeat(40),
    log,
  };
  const { gateway, close } = createGateway(ports);
  const admin = await gateway.authenticate("a".repeat(40));
  const relay = startRelay(ports);
  const taskQueue = randomUUID();
  let worker: { readonly poller: Poller; readonly ended: Promise<void> } | undefined;

  async function startWorker(): Promise<void> {
    const poller = await createPoller({ ...ports, actions, connection, taskQueue });
    worker = { poller, ended: poller.run() };
  }

  async function stopWorker(): Promise<void> {
    worker?.poller.shutdown();
    await worker?.ended;
    worker = undefined;
  }

  await startWorker();
  return {
    ...{ gateway, store, client, runs, relay, ports, admin, startWorker, stopWorker },
    async caller(request) {
      const key = await gateway.createKey(admin, { kind: "user", permissions: ["invoke", "read"], ...request });
      return gateway.authenticate(key.key);
    },
    async close() {
      await relay.stop();
      await stopWorker();
      close();
      await connection.close();
      await store.close();
    },
  };
}

/** Reads an invocation until it has one of the states; fails after 20 s with the last view. */
export async function waitForStatus(
  guard: TestGuard,
  id: string,
  ...wanted: InvocationStatus[]
): Promise<InvocationView> {
  let view = await guard.gateway.getInvocation(guard.admin, id);
  for (const deadline = Date.now() + 20_000; !wanted.includes(view.status);) {
    if (Date.now() > deadline)
      throw new Error(`Still ${view.status}, not ${wanted.join(" or ")}: ${JSON.stringify(view)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    view = await guard.gateway.getInvocation(guard.admin, id);
  }
  return view;
}

/** The workflow behind an invocation. */
export function handleOf(guard: TestGuard, view: Pick<InvocationView, "tenant" | "id">) {
  return guard.client.workflow.getHandle(workflowIdOf({ tenant: view.tenant, id: view.id as InvocationId }));
}

/** The history of a closed run: waits until Temporal has closed it too. */
export async function closedHistory(guard: TestGuard, view: Pick<InvocationView, "tenant" | "id">) {
  const handle = handleOf(guard, view);
  await handle.result().catch(() => undefined);
  const { status } = await handle.describe();
  const history = await handle.fetchHistory();
  return { status: status.name, events: history.events ?? [], history };
}
