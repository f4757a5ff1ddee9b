import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { Client } from "@temporalio/client";
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from "@temporalio/worker";
import { trivial } from "./activity.ts";

/** What a guarded call is held against: a workflow with one activity that does nothing, its client and worker in this process. */
export interface Floor {
  /** Runs it once, until its result. */
  call(): Promise<unknown>;
  close(): Promise<void>;
}

/** A worker of the floor at a Temporal server. */
export async function startFloor(address: string): Promise<Floor> {
  const connection = await NativeConnection.connect({ address });
  const taskQueue = randomUUID();
  const worker = await Worker.create({
    connection,
    taskQueue,
    activities: { trivial },
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL("workflow.ts", import.meta.url)),
      logger: new DefaultLogger("ERROR"),
    }),
  });
  const running = worker.run();
  const client = new Client({ connection });
  return {
    call: () => client.workflow.execute("floor", { workflowId: randomUUID(), taskQueue, args: [1] }),
    async close() {
      worker.shutdown();
      await running;
      await connection.close();
    },
  };
}
