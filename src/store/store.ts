import { createAdmissions } from "./admissions.ts";
import { createApiKeyTable } from "./api-keys.ts";
import { createApprovalTable } from "./approvals.ts";
import { createAttemptTable } from "./attempts.ts";
import { createAuditTable } from "./audit.ts";
import { createBudgetTable } from "./budgets.ts";
import { createBreakerTable } from "./breakers.ts";
import { readNowMs } from "./clock.ts";
import type { Db, Sql, Transaction } from "./db.ts";
import { isUnavailable } from "./errors.ts";
import { createExecutionTable } from "./executions.ts";
import { createFactTable } from "./facts.ts";
import { createGrantTable } from "./grants.ts";
import { createGuardViews } from "./guard-views.ts";
import { createInvocationTable } from "./invocations.ts";
import { createManifestTable } from "./manifests.ts";
import { createPolicyTable } from "./policies.ts";
import { createPrincipalTable } from "./principals.ts";
import { createRateTable } from "./rates.ts";
import { createRunTable } from "./runs.ts";
import { createVoteTable } from "./votes.ts";

/** The queries of every table, bound to the database or to one transaction of it. */
export interface Tables {
  readonly principals: ReturnType<typeof createPrincipalTable>;
  readonly apiKeys: ReturnType<typeof createApiKeyTable>;
  readonly manifests: ReturnType<typeof createManifestTable>;
  readonly policies: ReturnType<typeof createPolicyTable>;
  readonly invocations: ReturnType<typeof createInvocationTable>;
  readonly approvals: ReturnType<typeof createApprovalTable>;
  readonly votes: ReturnType<typeof createVoteTable>;
  readonly grants: ReturnType<typeof createGrantTable>;
  readonly executions: ReturnType<typeof createExecutionTable>;
  /** The time that all rows go by. */
  readonly clock: { nowMs(): Promise<number> };
  readonly breakers: ReturnType<typeof createBreakerTable>;
  readonly runs: ReturnType<typeof createRunTable>;
  readonly attempts: ReturnType<typeof createAttemptTable>;
  readonly rates: ReturnType<typeof createRateTable>;
  readonly budgets: ReturnType<typeof createBudgetTable>;
  readonly facts: ReturnType<typeof createFactTable>;
  readonly admissions: ReturnType<typeof createAdmissions>;
  readonly audit: ReturnType<typeof createAuditTable>;
  readonly guardViews: ReturnType<typeof createGuardViews>;
}

/** Every table inside one transaction, and what to tell waiters once it commits. */
export type TransactionTables = Tables & Pick<Transaction, "notify">;

/** What remembers: the tables for single reads, transactions for everything that writes. */
export interface Store extends Tables {
  /** Runs `work` in one transaction; inside, only the tables it is given may be awaited. */
  transaction<T>(work: (tx: TransactionTables) => Promise<T>): Promise<T>;
  /** See {@link Db.listen}. */
  listen(listener: (topic: string) => void): () => void;
  /** Whether an error says that the database is away for now. */
  isUnavailable(error: unknown): boolean;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** Ends every connection. */
  close(): Promise<void>;
}

function createTables(sql: Sql): Tables {
  return {
    principals: createPrincipalTable(sql),
    apiKeys: createApiKeyTable(sql),
    manifests: createManifestTable(sql),
    policies: createPolicyTable(sql),
    invocations: createInvocationTable(sql),
    approvals: createApprovalTable(sql),
    votes: createVoteTable(sql),
    grants: createGrantTable(sql),
    executions: createExecutionTable(sql),
    clock: { nowMs: () => readNowMs(sql) },
    breakers: createBreakerTable(sql),
    runs: createRunTable(sql),
    attempts: createAttemptTable(sql),
    rates: createRateTable(sql),
    budgets: createBudgetTable(sql),
    facts: createFactTable(sql),
    admissions: createAdmissions(sql),
    audit: createAuditTable(sql),
    guardViews: createGuardViews(sql),
  };
}

/** The store over a database whose schema is migrated. */
export function createStore(db: Db): Store {
  return {
    ...createTables(db),
    transaction: (work) => db.transaction((tx) => work({ ...createTables(tx), notify: (topic) => tx.notify(topic) })),
    listen: (listener) => db.listen(listener),
    isUnavailable,
    ping: async () => {
      await db.query("select 1");
    },
    close: () => db.close(),
  };
}
