import type { Readiness } from "./gateway.ts";
import type { GatewayPorts } from "./ports.ts";

/** How long one part may take to answer before it counts as missing. */
const ANSWER_MS = 3_000;

/** Looks whether calls can be served: the store answers, manifests and a policy are in force, and a worker polls for the actions. */
export function createReadiness({ store, runs, policies }: GatewayPorts): () => Promise<Readiness> {
  return async () => {
    if (!(await answers(store.ping()))) return { ready: false, missing: ["The store does not answer"] };
    const manifests = await store.manifests.list();
    const missing: string[] = [];
    if (manifests.length === 0) missing.push("No action is published");
    if ((await policies.inForce("default")) === undefined) missing.push("No policy is in force");
    const queues = [...new Set(manifests.map((manifest) => manifest.taskQueue))];
    if (queues.length > 0) {
      const workers = runs.countWorkers(queues);
      if (!(await answers(workers))) missing.push("Temporal does not answer");
      else if ((await workers) === 0) missing.push("No worker polls for the actions");
    }
    return { ready: missing.length === 0, missing };
  };
}

async function answers(question: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ANSWER_MS)));
  const answered = question.then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
