import type { PartReadiness, Readiness, ReadinessPart } from "./gateway.ts";
import type { GatewayPorts } from "./ports.ts";
import { createFaultClock, type FaultClock } from "./fault-clock.ts";
import { findWorkers } from "./find-workers.ts";
import { answerOf } from "./answer-of.ts";

/** What readiness looks at. */
export type ReadinessPorts = Pick<GatewayPorts, "store" | "runs" | "policies"> & {
  /** Whether the process takes nothing new any more. */
  readonly isDraining?: () => boolean;
};

/** What is wrong with one part, in a sentence; `undefined` when nothing is. */
type Finding = string | undefined;

/** What was found of each part that could be asked. */
type Findings = Partial<Record<ReadinessPart, Finding>>;

/**
 * Looks whether calls can be served, part by part: the store answers and its schema is up to date, manifests and a policy are in force,
 * Temporal answers and has its search attributes, and a worker polls for the actions. What it says holds no address and no credential.
 */
export function createReadiness(ports: ReadinessPorts): () => Promise<Readiness> {
  const clock = createFaultClock(Date.now);
  return async () => {
    const { notes = {}, ...findings } = await look(ports);
    return tell(clock, findings, notes);
  };
}

async function look(ports: ReadinessPorts): Promise<Findings & { readonly notes?: Findings }> {
  const isDraining = ports.isDraining?.() === true;
  const itself: Findings = { process: isDraining ? "The process is ending and takes nothing new" : undefined };
  const [isThere, temporal] = await Promise.all([answerOf(ports.store.ping()), lookAtTemporal(ports)]);
  if (isThere.kind !== "answered") return { ...itself, store: "The store does not answer", ...temporal };
  const [schema, kept] = await Promise.all([lookAtSchema(ports), lookAtWhatIsKept(ports, temporal)]);
  return { ...itself, store: undefined, schema, ...temporal, ...kept };
}

async function lookAtSchema({ store }: ReadinessPorts): Promise<Finding> {
  const answer = await answerOf(store.checkSchema());
  if (answer.kind !== "answered") return "The schema can't be looked at";
  switch (answer.value.state) {
    case "current":
      return undefined;
    case "hidden":
      return "The database role may not read the schema";
    case "behind":
      return `The schema lacks ${answer.value.lacking.join(", ")}`;
  }
}

async function lookAtTemporal({ runs }: ReadinessPorts): Promise<Findings> {
  const answer = await answerOf(runs.missingSearchAttributes());
  if (answer.kind !== "answered") return { temporal: "Temporal does not answer" };
  const missing = answer.value.join(", ");
  return {
    temporal: undefined,
    searchAttributes: missing === "" ? undefined : `Temporal's namespace lacks the search attributes ${missing}`,
  };
}

/** Manifests, policy, and the workers of the manifests' task queues. */
async function lookAtWhatIsKept(
  ports: ReadinessPorts,
  { temporal }: Findings,
): Promise<Findings & { readonly notes?: Findings }> {
  const { store, policies } = ports;
  const [kept, policy] = await Promise.all([answerOf(store.manifests.list()), answerOf(policies.inForce("default"))]);
  if (kept.kind !== "answered" || policy.kind !== "answered") return { store: "The store does not answer" };
  const findings = {
    manifests: kept.value.length === 0 ? "No action is published" : undefined,
    policy: policy.value === undefined ? "No policy is in force" : undefined,
  };
  const queues = [...new Set(kept.value.map(({ taskQueue }) => taskQueue))];
  if (queues.length === 0 || temporal !== undefined) return findings;
  const { finding, note } = await findWorkers(ports, queues);
  return { ...findings, workers: finding, notes: { workers: note } };
}

function tell(clock: FaultClock, findings: Findings, notes: Findings): Readiness {
  const parts: Partial<Record<ReadinessPart, PartReadiness>> = {};
  const missing: string[] = [];
  for (const [part, finding] of Object.entries(findings) as [ReadinessPart, Finding][]) {
    const fault = clock.see(part, finding !== undefined);
    const note = notes[part];
    if (finding === undefined || fault === undefined) {
      parts[part] = { ready: true, ...(note === undefined ? {} : { detail: note }) };
      continue;
    }
    missing.push(finding);
    parts[part] = { ready: false, detail: `${finding}, for ${fault.age}`, since: fault.since };
  }
  return { ready: missing.length === 0, missing, parts };
}
