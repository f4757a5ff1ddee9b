import { createGateway } from "../src/gateway/create-gateway.ts";
import { createDirectory } from "../src/gateway/directory.ts";
import { createPolicySource } from "../src/gateway/policy-source.ts";
import { createApp } from "../src/http/index.ts";
import type { ApprovalView } from "../src/contract/approval.ts";
import { migrate } from "../src/store/migrate.ts";
import { openPostgres } from "../src/store/postgres.ts";
import { createStore, type Store } from "../src/store/store.ts";
import { startPostgres } from "../fleet/postgres-server.ts";
import { insertApprovalRows, settleTables, type TenantRows } from "./approval-rows.ts";
import { percentile } from "./load.ts";

/** Lists of each kind, over their pages in turns. */
const LISTS = 200;
/** Lists before any is measured: connections are made, statements planned, code compiled. */
const WARM_UP = 40;
/** Pages that are gone through, from the newest on. */
const PAGES = 5;
/** Milliseconds that 95 of 100 lists may take. */
const WANTED_P95_MS = 20;

const ADMIN_KEY = "an-admin-key-of-more-than-32-visible-characters";
const LARGE = "default";
const SMALL = "small-7";

/** One kind of list: who asks, and for which. */
interface Question {
  readonly name: string;
  readonly key: string;
  readonly query: string;
}

/**
 * Measures what it takes to list pending approvals of one tenant among a million calls, over HTTP and on a PostgreSQL of its own: a tenant
 * with nine tenths of the rows and half of what is pending, and a small one; all of them, and those that the caller may vote on, page by
 * page.
 * @param rows calls of all tenants
 */
export async function benchApprovalsList(rows: number): Promise<object> {
  const server = await startPostgres();
  try {
    const db = await openPostgres({ url: server.url });
    await migrate(db);
    const startMs = performance.now();
    for (const tenant of tenantsOf(rows)) await insertApprovalRows(db, tenant);
    await settleTables(db);
    const filledInMs = Math.round(performance.now() - startMs);
    const lists = await measureLists(createStore(db));
    await db.close();
    const slowestP95Ms = Math.max(...Object.values(lists).map(({ p95Ms }) => p95Ms));
    return { bench: "approvals-list", rows, filledInMs, lists, slowestP95Ms, wantedP95Ms: WANTED_P95_MS };
  } finally {
    await server.stop();
  }
}

/** Nine tenths of the rows and half of what is pending in one tenant, the rest in nineteen. */
function tenantsOf(rows: number): readonly TenantRows[] {
  const small = Array.from({ length: 19 }, (_, index) => ({
    tenant: `small-${index + 1}`,
    rows: Math.floor(rows / 190),
    pending: Math.floor(rows / 1_900),
  }));
  return [{ tenant: LARGE, rows: Math.floor((rows * 9) / 10), pending: Math.floor(rows / 100) }, ...small];
}

/** What lists of one kind took. */
interface ListTimes {
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Of this process's processor for one list, on average: on a machine that others use too, what the list itself takes. */
  readonly processorMs: number;
}

async function measureLists(store: Store): Promise<Record<string, ListTimes>> {
  const { list, questions } = await openDoor(store);
  const series: [string, ListTimes][] = [];
  for (const question of questions) series.push([question.name, await measureList(list, question)]);
  return Object.fromEntries(series);
}

async function measureList(list: List, question: Question): Promise<ListTimes> {
  const pages = await findPages(list, question);
  for (let turn = 0; turn < WARM_UP; turn += 1) await list(question, pages[turn % pages.length]);
  const tookMs: number[] = [];
  const before = process.cpuUsage();
  for (let turn = 0; turn < LISTS; turn += 1) {
    const startMs = performance.now();
    await list(question, pages[turn % pages.length]);
    tookMs.push(performance.now() - startMs);
  }
  const { user, system } = process.cpuUsage(before);
  const processorMs = round((user + system) / 1_000 / LISTS);
  return { p50Ms: round(percentile(tookMs, 0.5)), p95Ms: round(percentile(tookMs, 0.95)), processorMs };
}

/** Where the pages begin. */
async function findPages(list: List, question: Question): Promise<readonly (string | undefined)[]> {
  const cursors: (string | undefined)[] = [];
  let cursor: string | undefined;
  do {
    cursors.push(cursor);
    cursor = (await list(question, cursor)).nextCursor;
  } while (cursor !== undefined && cursors.length < PAGES);
  return cursors;
}

type List = (question: Question, cursor: string | undefined) => Promise<{ readonly nextCursor?: string }>;

async function openDoor(store: Store): Promise<{ readonly list: List; readonly questions: readonly Question[] }> {
  const nothing = (): Promise<void> => Promise.resolve();
  const { gateway } = createGateway({
    ...{ store, policies: createPolicySource(store), directory: createDirectory(store), redact: (value) => value },
    ...{ signingKey: "k", adminKey: ADMIN_KEY, log: () => undefined },
    runs: {
      ...{ start: nothing, wake: nothing, cancel: nothing, compensate: nothing, probe: nothing },
      ...{ countWorkers: async () => 1, missingSearchAttributes: async () => [], uiUrl: () => undefined },
    },
  });
  const admin = await gateway.authenticate(ADMIN_KEY);
  const createKey = async (tenant: string): Promise<string> => {
    const rights = { roles: [], groups: ["finance"], scopes: [], permissions: ["approve", "read"] as const };
    const request = { ...rights, permissions: [...rights.permissions], kind: "user" as const, subject: "ada", tenant };
    return (await gateway.createKey(admin, request)).key;
  };
  const app = createApp(gateway);
  const list: List = async ({ name, key, query }, cursor) => {
    const page = cursor === undefined ? "" : `&cursor=${cursor}`;
    const headers = { authorization: `Bearer ${key}` };
    const answer = await app.request(`/v1/approvals?limit=50&status=pending${query}${page}`, { headers });
    const body = (await answer.json()) as { readonly items: readonly ApprovalView[]; readonly nextCursor?: string };
    if (answer.status !== 200 || body.items.length === 0) throw new Error(`The list ${name} answered ${answer.status}`);
    return body;
  };
  const [large, small] = [await createKey(LARGE), await createKey(SMALL)];
  const questions = [
    { name: "large, all", key: ADMIN_KEY, query: "" },
    { name: "large, one action", key: ADMIN_KEY, query: "&action=bench.refund" },
    { name: "large, to vote on", key: large, query: "&eligible=me" },
    { name: "large, to look at", key: large, query: "" },
    { name: "small, to vote on", key: small, query: "&eligible=me" },
  ];
  return { list, questions };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
