import { createDirectory } from "../src/gateway/directory.ts";
import { createReplayMethods } from "../src/gateway/replay-policy.ts";
import { createPolicySource } from "../src/gateway/policy-source.ts";
import type { Caller } from "../src/gateway/gateway.ts";
import type { Db } from "../src/store/db.ts";
import { migrate } from "../src/store/migrate.ts";
import { openPglite } from "../src/store/pglite.ts";
import { createStore } from "../src/store/store.ts";
import { HARMLESS, vary } from "./policy-calls.ts";

/** Invocations on record: the most that one replay looks at. */
const RECORDS = 10_000;
/** Rows of one insert. */
const BATCH = 500;

const POLICY = `
version: 1
default: allow
extends: [safe_coding, safe_browsing, safe_database]
rules:
  - name: large refunds
    match: { action: billing.issue_refund, args: { amountCents: { gt: 50000 } } }
    effect: require_approval
`;

const VERDICT = { effect: "allow", reason: "", policyVersion: "1-0", matched: [], shadow: [], defaulted: true };

const caller: Caller = {
  principal: { tenant: "default", subject: "bench", kind: "user", roles: [], groups: [], scopes: [] },
  permissions: new Set(["admin"]),
};

/** Measures how long a replay over 10,000 recorded invocations takes, on the embedded database in memory. */
export async function benchPolicyReplay(): Promise<object> {
  const db = await openPglite();
  try {
    await migrate(db);
    await fill(db);
    const store = createStore(db);
    const noRun = () => Promise.reject(new Error("Nothing runs here"));
    const { replayPolicy } = createReplayMethods({
      store,
      runs: {
        start: noRun,
        wake: noRun,
        cancel: noRun,
        countWorkers: noRun,
        compensate: noRun,
        probe: noRun,
        missingSearchAttributes: noRun,
        uiUrl: () => undefined,
      },
      policies: createPolicySource(store),
      directory: createDirectory(store),
      redact: (value) => value,
      signingKey: "",
      adminKey: undefined,
      log: () => undefined,
    });
    const start = performance.now();
    const { considered, changed } = await replayPolicy(caller, { policy: POLICY });
    const elapsedMs = Math.round(performance.now() - start);
    return { bench: "policy-replay", considered, changed, elapsedMs };
  } finally {
    await db.close();
  }
}

async function fill(db: Db): Promise<void> {
  const commands = vary("bash", HARMLESS);
  const inputs = Array.from({ length: RECORDS }, (_, index) =>
    JSON.stringify(commands[index % commands.length]?.input),
  );
  for (let from = 0; from < RECORDS; from += BATCH) {
    const batch = inputs.slice(from, from + BATCH);
    const ids = batch.map((_, index) => `ivn_${from + index}`);
    await db.query(
      `insert into invocation (tenant, id, action, action_version, task_queue, actor, actor_principal, status, request_hash, digest,
         input_view, verdict)
       select 'default', id, 'bash', 'v1', 'bench', 'bench', $2, 'executed', '', '', '{}', $3 from unnest($1::text[]) as i (id)`,
      [ids, JSON.stringify(caller.principal), JSON.stringify(VERDICT)],
    );
    await db.query(
      `insert into input_revision (tenant, invocation, round, input, salt, digest, author)
       select 'default', id, 1, input, '', '', 'bench' from unnest($1::text[], $2::text[]) as i (id, input)`,
      [ids, batch],
    );
  }
}
