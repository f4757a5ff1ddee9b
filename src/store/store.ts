import { createAdmissions } from "./admissions.ts";
import { createApiKeyTable } from "./api-keys.ts";
import { createApprovalTable } from "./approvals.ts";
import { createAttemptTable } from "./attempts.ts";
import { createAuditTable } from "./audit.ts";
import { createBudgetTable } from "./budgets.ts";
import { createBreakerTable } from "./breakers.ts";
import { type Cipher, PLAIN } from "./cipher.ts";
import { readNowMs } from "./clock.ts";
import { createCompensationTable } from "./compensations.ts";
import type { Db, Sql, Transaction } from "./db.ts";
import { isForbidden, isUnavailable } from "./errors.ts";
import { createDeliveryTable } from "./deliveries.ts";
import { createExecutionTable } from "./executions.ts";
import { createFactTable } from "./facts.ts";
import { createGaugeReads } from "./gauges.ts";
import { createGrantTable } from "./grants.ts";
import { createGuardViews } from "./guard-views.ts";
import { createInvocationTable } from "./invocations.ts";
import { checkSchema, type SchemaCheck } from "./migrate.ts";
import { createManifestTable } from "./manifests.ts";
import { createOpenInputReads } from "./open-inputs.ts";
import { createOrphanReads } from "./orphans.ts";
import { createPolicyTable } from "./policies.ts";
import { createPrincipalTable } from "./principals.ts";
import { createRateTable } from "./rates.ts";
import { createRetryTable } from "./retries.ts";
import { eraseContent, type RetentionOptions, type RetentionReport } from "./retention.ts";
import { createRunTable } from "./runs.ts";
import { createVoteTable } from "./votes.ts";
import { createWebhookTable } from "./webhooks.ts";
import { createWorkerTable } from "./workers.ts";

/** The queries of every table, bound to the database or to one transaction of it. */
export interface Tables {
  readonly principals: ReturnType<typeof createPrincipalTable>;
  readonly apiKeys: ReturnType<typeof createApiKeyTable>;
  readonly manifests: ReturnType<typeof createManifestTable>;
  readonly policies: ReturnType<typeof createPolicyTable>;
  readonly invocations: ReturnType<typeof createInvocationTable>;
  readonly retries: ReturnType<typeof createRetryTable>;
  readonly compensations: ReturnType<typeof createCompensationTable>;
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
  readonly webhooks: ReturnType<typeof createWebhookTable>;
  readonly deliveries: ReturnType<typeof createDeliveryTable>;
  readonly gauges: ReturnType<typeof createGaugeReads>;
  readonly workers: ReturnType<typeof createWorkerTable>;
  readonly openInputs: ReturnType<typeof createOpenInputReads>;
  readonly orphans: ReturnType<typeof createOrphanReads>;
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
  /** Looks how the database's schema stands to this code. */
  checkSchema(): Promise<SchemaCheck>;
  /** Erases the content of calls that ended long ago; see {@link eraseContent}. */
  erase(options: RetentionOptions): Promise<RetentionReport>;
  /** Whether an error says that the database's role lacks a right. */
  isForbidden(error: unknown): boolean;
  /** Ends every connection. */
  close(): Promise<void>;
}

function createTables(sql: Sql, cipher: Cipher): Tables {
  return {
    principals: createPrincipalTable(sql),
    apiKeys: createApiKeyTable(sql),
    manifests: createManifestTable(sql),
    policies: createPolicyTable(sql),
    invocations: createInvocationTable(sql, cipher),
    retries: createRetryTable(sql, cipher),
    compensations: createCompensationTable(sql, cipher),
    approvals: createApprovalTable(sql, cipher),
    votes: createVoteTable(sql, cipher),
    grants: createGrantTable(sql, cipher),
    executions: createExecutionTable(sql, cipher),
    clock: { nowMs: () => readNowMs(sql) },
    breakers: createBreakerTable(sql),
    runs: createRunTable(sql),
    attempts: createAttemptTable(sql),
    rates: createRateTable(sql),
    budgets: createBudgetTable(sql),
    facts: createFactTable(sql),
    admissions: createAdmissions(sql),
    audit: createAuditTable(sql),
    gauges: createGaugeReads(sql),
    guardViews: createGuardViews(sql, cipher),
    webhooks: createWebhookTable(sql),
    deliveries: createDeliveryTable(sql),
    workers: createWorkerTable(sql),
    openInputs: createOpenInputReads(sql, cipher),
    orphans: createOrphanReads(sql),
  };
}

/** How a store keeps what it is given. */
export interface StoreOptions {
  /** Seals real inputs, outputs and edits; without one they are kept as they are. */
  readonly cipher?: Cipher | undefined;
}

/** The store over a database whose schema is migrated. */
export function createStore(db: Db, { cipher = PLAIN }: StoreOptions = {}): Store {
  return {
    ...createTables(db, cipher),
    transaction: (work) =>
      db.transaction((tx) => work({ ...createTables(tx, cipher), notify: (topic) => tx.notify(topic) })),
    listen: (listener) => db.listen(listener),
    isUnavailable,
    ping: async () => {
      await db.query("select 1");
    },
    checkSchema: () => checkSchema(db),
    erase: (options) => eraseContent(db, options),
    isForbidden,
    close: () => db.close(),
  };
}
