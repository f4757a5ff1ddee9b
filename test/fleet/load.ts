import { setTimeout as sleep } from "node:timers/promises";
import { type Fleet, type FleetOptions, startFleet } from "../../fleet/start-fleet.ts";
import { ACTIONS_MODULE, countEffects, POLICY_FILE, REVIEWER } from "../support/chaos-server.ts";
import { createWorkspace, undoLater, type Workspace } from "../support/processes.ts";
import { createCaller, type InvokedView, type WireAnswer, type WireCaller } from "../support/wire-caller.ts";

const ACTIONS = ["chaos.idempotent", "chaos.once", "chaos.inline", "chaos.asked"] as const;

/** Milliseconds that callers go on before and after what happens meanwhile. */
const AROUND_MS = 1_000;

/** What of a stage may be chosen; two processes of each kind unless told. */
type StageOptions = Pick<FleetOptions, "env" | "apiCount" | "workerCount">;

/** A fleet of HTTP processes and workers that has somebody to call it and somebody to approve. */
export interface Stage {
  readonly fleet: Fleet;
  readonly workspace: Workspace;
  /** The same key at each HTTP process. */
  readonly agents: readonly WireCaller[];
  readonly approvers: readonly WireCaller[];
}

/** What callers were told under load. */
export interface Load {
  /** Every answer that was neither 2xx nor a 503 with Retry-After. */
  readonly surprises: unknown[];
  /** What was acknowledged, by id. */
  readonly acknowledged: Map<string, (typeof ACTIONS)[number]>;
  /** Answers of 503 with Retry-After. */
  refused: number;
  /** Connections that broke, which only processes do that are killed. */
  broken: number;
}

/** Starts it, for the whole test file, with further variables for every process. */
export async function setStage({ env, ...size }: StageOptions = {}): Promise<Stage> {
  const workspace = createWorkspace();
  const fleet = await startFleet({
    ...{ folder: workspace.path("fleet"), actionsModule: ACTIONS_MODULE, policyFile: POLICY_FILE, ...size },
    env: { CHAOS_EFFECTS: workspace.effectsFile, COUNTERSIGN_DATA_DIR: workspace.dataDir, ...env },
  });
  undoLater(() => fleet.close());
  return {
    ...{ fleet, workspace },
    agents: await hire(fleet, { subject: "agent", kind: "agent", permissions: ["invoke", "read"] }),
    approvers: await hire(fleet, { subject: "ada", kind: "user", ...REVIEWER }),
  };
}

/** Makes a key; a caller with it at each HTTP process. */
async function hire({ apis, adminKey }: Fleet, body: object): Promise<readonly WireCaller[]> {
  const urls = apis.map(({ url }) => url);
  const made = await createCaller(() => urls[0] ?? "", adminKey).call<{ key: string }>("/v1/keys", { body });
  if (made.status !== 201) throw new Error(`No key was made: ${JSON.stringify(made.body)}`);
  return urls.map((url) => createCaller(() => url, made.body.key));
}

/** One of them, turn by turn. */
export function pick<Item>(items: readonly Item[], turn: number): Item {
  const item = items[turn % items.length];
  if (item === undefined) throw new Error("There is nobody");
  return item;
}

/** Lets callers loop, each with one call after the other, until the work is done and a moment longer. */
export async function runLoad(
  stage: Stage,
  { name, callers }: { readonly name: string; readonly callers: number },
  work: () => Promise<void>,
): Promise<Load> {
  const load: Load = { surprises: [], acknowledged: new Map(), refused: 0, broken: 0 };
  let goesOn = true;
  const loops = Array.from({ length: callers }, async (_, caller) => {
    for (let turn = 0; goesOn; turn += 1) await callOnce(stage, load, { name, caller, turn });
  });
  await sleep(AROUND_MS);
  await work().finally(() => (goesOn = false));
  goesOn = true;
  await sleep(AROUND_MS);
  goesOn = false;
  await Promise.all(loops);
  return load;
}

interface Turn {
  readonly name: string;
  readonly caller: number;
  readonly turn: number;
}

/** The answer about a call of which nobody knows how it ended: it was acknowledged. */
interface Unknown {
  readonly invocation: { readonly id: string };
}

/** Calls with a key until the call is acknowledged, as a good client does, and votes if it waits for people. */
async function callOnce({ agents, approvers }: Stage, load: Load, { name, caller, turn }: Turn): Promise<void> {
  const action = ACTIONS[(caller + turn) % ACTIONS.length] ?? ACTIONS[0];
  const key = `${name}-${caller}-${turn}`;
  const call = await insist(load, (attempt) =>
    pick(agents, caller + attempt).invoke(action, { text: key }, { key, waitMs: 2_000 }),
  );
  if (call === undefined) return;
  load.acknowledged.set((call.body as Partial<Unknown>).invocation?.id ?? call.body.id, action);
  if (call.body.status === "pending") {
    await insist(load, (attempt) => pick(approvers, caller + attempt).approve(call.body.id));
  }
}

/** Asks again while it is told to, or while a process is away, at another one then. */
async function insist<Body>(
  load: Load,
  ask: (attempt: number) => Promise<WireAnswer<Body>>,
): Promise<WireAnswer<Body> | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await ask(attempt).catch(() => undefined);
    // A vote that was sent again may find the approval resolved by itself.
    if (answer !== undefined && (answer.status < 300 || answer.status === 409)) return answer;
    if ((answer?.body as { readonly code?: string } | undefined)?.code === "outcome_uncertain") return answer;
    const retryAfterSeconds = Number(answer?.headers.get("retry-after"));
    if (answer !== undefined && (answer.status !== 503 || !(retryAfterSeconds > 0))) {
      load.surprises.push({ status: answer.status, body: answer.body });
      return undefined;
    }
    if (answer === undefined) load.broken += 1;
    else load.refused += 1;
    await sleep(250);
  }
}

/** What was accepted while nothing could decide it is still to be approved; then everything has to end. */
export async function settleAll(stage: Stage, load: Load): Promise<ReadonlyMap<string, InvokedView>> {
  const ends = new Map<string, InvokedView>();
  const agent = pick(stage.agents, 0);
  for (const [id, action] of load.acknowledged) {
    if (action === "chaos.asked") await approveWhenPending(stage, id);
    ends.set(id, await agent.read(id, 60_000));
  }
  return ends;
}

async function approveWhenPending({ agents, approvers }: Stage, id: string): Promise<void> {
  for (const endAtMs = Date.now() + 60_000; Date.now() < endAtMs; await sleep(50)) {
    const { status } = await pick(agents, 0).read(id);
    if (status === "pending") await pick(approvers, 0).approve(id);
    else if (status !== "accepted") return;
  }
}

/** Faults of the ends of acknowledged calls: lost, done twice, or claimed to be known although nobody can know. */
export function findFaults(
  { workspace }: Stage,
  { acknowledged }: Load,
  ends: ReadonlyMap<string, InvokedView>,
): unknown[] {
  return [...ends].flatMap(([id, { status, attempts }]) => {
    const effects = countEffects(workspace, id);
    const told = { action: acknowledged.get(id), status, attempts, effects };
    const isHonest =
      told.action === "chaos.once"
        ? ["executed 1", "uncertain 0", "uncertain 1"].includes(`${status} ${effects}`)
        : // A further attempt has the same key, so a target that keeps keys sees one effect.
          status === "executed" && effects >= 1 && effects <= attempts;
    return isHonest ? [] : [told];
  });
}
