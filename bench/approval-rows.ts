import { canonicalJson } from "../src/core/canonical.ts";
import { DEFAULT_APPROVAL_TERMS, DEFAULT_STAGE } from "../src/core/policy/document/approval-terms.ts";
import type { Db } from "../src/store/db.ts";

/** A tenant's calls. */
export interface TenantRows {
  readonly tenant: string;
  /** All of them; whatever doesn't wait is over. */
  readonly rows: number;
  /** Those whose approval waits, spread evenly over the others. */
  readonly pending: number;
}

/** Who may vote, in turns: a tenth is for finance, a tenth for every approver, the rest for others. */
const APPROVERS = ["group:finance", "role:approver", ...Array.from({ length: 8 }, (_, team) => `group:team-${team}`)];

/** Calls that one statement inserts, so that none keeps the log from being written out. */
const BATCH = 50_000;

const VERDICT = canonicalJson({
  ...{ defaulted: false, effect: "require_approval", matched: ["refunds"], obligations: {}, shadow: [] },
  ...{ policyVersion: "1-0123456789ab", reason: "Refunds are looked at", rule: "refunds" },
});

/** Makes the calls of one tenant with the approvals that each of them waits for or had, and what was sent. */
export async function insertApprovalRows(db: Db, { tenant, rows, pending }: TenantRows): Promise<void> {
  const stride = Math.floor(rows / pending);
  for (let from = 0; from < rows; from += BATCH) {
    const calls = `
      select n, '${tenant}' as tenant, 'ivn_${tenant}_' || n as id, n % ${stride} = 0 as waits, (n / ${stride}) % 10 as kind,
        'agent-' || n % 50 as actor, timestamptz '2026-01-01T00:00:00Z' + n * interval '20 seconds' as at
      from generate_series(${from}, ${Math.min(from + BATCH, rows) - 1}) as n`;
    const script = [insertCalls(calls), insertRevisions(calls), insertApprovals(calls)].join(";\n");
    await db.transaction((tx) => tx.runScript(`set local statement_timeout = 0; ${script}`));
  }
}

/** What autovacuum does in its time. */
export async function settleTables(db: Db): Promise<void> {
  for (const table of ["invocation", "input_revision", "approval", "vote"]) await db.query(`vacuum (analyze) ${table}`);
}

function insertCalls(calls: string): string {
  return `
    insert into invocation (tenant, id, action, action_version, task_queue, actor, actor_principal, run, reason, status,
      idempotency_key, request_hash, digest, input_view, verdict, created_at, decided_at, closed_at)
    select tenant, id, 'bench.refund', 'v1', 'bench', actor, '{}', 'run-' || n % 5000, 'A customer asked for it',
      case when waits then 'pending' when n % 3 = 0 then 'rejected' else 'executed' end, 'key-' || n, md5(n::text), md5(id),
      '{"amountCents":1200,"invoiceId":"inv_' || n || '","note":"' || repeat('x', 100) || '"}', '${VERDICT}',
      at, at, case when not waits then at + interval '1 hour' end
    from (${calls}) as call`;
}

function insertRevisions(calls: string): string {
  return `
    insert into input_revision (tenant, invocation, round, input, salt, digest, author)
    select tenant, id, 1, '{"amountCents":1200}', md5(id), md5(id), actor from (${calls}) as call`;
}

function insertApprovals(calls: string): string {
  const terms = APPROVERS.map((name) =>
    canonicalJson({ ...DEFAULT_APPROVAL_TERMS, stages: [{ ...DEFAULT_STAGE, approvers: [name] }] }),
  );
  const progress = canonicalJson({ done: [], escalated: 0, reminded: 0, stage: 0, stageOpenedAtMs: 1_767_225_600_000 });
  const pick = (values: readonly string[]) => `(array[${values.map((value) => `'${value}'`).join(", ")}])[kind + 1]`;
  return `
    insert into approval (tenant, invocation, round, status, action, actor, requesters, approvers, asked, terms, progress, digest,
      opened_at, decide_by, resolved_at)
    select tenant, id, 1, case when waits then 'pending' when n % 3 = 0 then 'rejected' else 'approved' end, 'bench.refund', actor,
      array[actor], array[${pick(APPROVERS)}], array[${pick(APPROVERS)}], ${pick(terms)}, '${progress}', md5(id),
      at, at + interval '10 years', case when not waits then at + interval '1 hour' end
    from (${calls}) as call`;
}
