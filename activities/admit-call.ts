import type { LimitTerms } from "../src/contract/policy.ts";
import type { Action } from "../src/action/action.ts";
import { judgeAttempts, requireRun } from "../src/core/guards/attempts.ts";
import type { BreakerState } from "../src/core/guards/breaker.ts";
import { type BudgetClaim, describeClaim } from "../src/core/guards/budget-accounts.ts";
import { budgetClaimsOf } from "../src/core/guards/budget.ts";
import { chargesOf, type GuardCharges, reservationOf } from "../src/core/guards/charges.ts";
import type { GuardedCallFacts } from "../src/core/guards/guarded-call.ts";
import { judgeBudgets } from "../src/core/guards/judge-budgets.ts";
import { judgeRates } from "../src/core/guards/rate.ts";
import { type RateCounter, rateCountersOf } from "../src/core/guards/rate-counters.ts";
import { type GuardRefusal, isRefusal } from "../src/core/guards/refusal.ts";
import { readSession } from "../src/core/session.ts";
import type { GuardLocks } from "../src/store/admissions.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { dependenciesOf, findOpenBreaker, reportToBreakers, takeBreakers } from "./breakers.ts";
import { questionFacts } from "./facts.ts";
import type { ActivityPorts } from "./ports.ts";

/** A call that asks to be let in. */
export interface AdmissionRequest {
  readonly row: LockedInvocation;
  readonly action: Action;
  /** The limits in force for it. */
  readonly limits: LimitTerms;
  /** Given when the action starts in this transaction: its attempt's token, and how long a probe is left to it. */
  readonly start: { readonly token: string; readonly leaseMs: number } | undefined;
  /** Until when its reservations stand at most, should nobody close it. */
  readonly holdMs: number;
  /** Whether the call was let in before, with another input or under another policy: what it was counted in then counts on. */
  readonly isLater: boolean;
  /** Why people can't be asked, should they have to be: since policy says so, or a budget is exceeded. */
  readonly mayAsk: (exceeded: GuardRefusal | undefined) => Promise<GuardRefusal | undefined>;
}

/** A call that every guard let in, with all that was charged. */
export interface Admission {
  readonly kind: "admitted";
  readonly charges: GuardCharges;
  /** Why its budgets need a person's yes first; then nothing is reserved yet. */
  readonly exceeded: GuardRefusal | undefined;
  /** What was charged, for the record; absent when nothing was. */
  readonly reserved: Readonly<Record<string, unknown>> | undefined;
}

/** A call whose session was looked at: why it is refused, once its rates have room. */
interface AskedCall {
  readonly call: GuardedCallFacts;
  readonly unproven: GuardRefusal | undefined;
}

/** What is to be charged once the last guard has agreed. */
interface Bill {
  readonly counters: readonly RateCounter[];
  readonly countedAtMs: number;
  readonly claims: readonly BudgetClaim[];
  readonly exceeded: GuardRefusal | undefined;
}

/**
 * Asks the guards in their order: attempts, breaker, rate, facts, budget. The first refusal wins and nothing is charged;
 * only attempts count every call that comes this far. Inside the decide transaction, under the invocation's lock.
 */
export async function admitCall(
  ports: ActivityPorts,
  tx: TransactionTables,
  request: AdmissionRequest,
): Promise<Admission | GuardRefusal> {
  const call = guardedCallOf(request.row);
  const attempts = countedAttempts(request);
  const runless = attempts && requireRun("attempts", call);
  if (runless !== undefined) return runless;
  const { attemptsBefore = 0, breakers, unproven } = await askGuards(tx, request, call);
  const exhausted = attempts && judgeAttempts(attempts.perRun, attemptsBefore, call);
  if (exhausted !== undefined) return exhausted;
  const open = await passBreakers(tx, request, breakers);
  if (open !== undefined) return open;
  const bill = await drawBill(ports, tx, { ...request, call, unproven });
  const refused = isRefusal(bill) ? bill : await request.mayAsk(bill.exceeded);
  // Whoever is refused, or waits for a person first, must hold no probe.
  if (isRefusal(bill) || refused !== undefined || bill.exceeded !== undefined) await giveBackBreakers(tx, request);
  return isRefusal(bill) ? bill : (refused ?? charge(tx, request, bill));
}

/** A call's attempt is counted when it is made, and never again. */
function countedAttempts({ limits, isLater }: AdmissionRequest): LimitTerms["attempts"] {
  return isLater ? undefined : limits.attempts;
}

/** Counts the attempt and looks at what needs no lock that others wait for; facts are judged already, to be told in their turn. */
async function askGuards(tx: TransactionTables, request: AdmissionRequest, call: GuardedCallFacts) {
  const { action, limits } = request;
  const attempts = countedAttempts(request);
  const { tenant, actor, run } = call;
  const proves = action.proves !== undefined;
  const question = questionFacts({ call, requires: limits.requires ?? [], capacity: limits.facts, proves });
  const [facts, refused] =
    question !== undefined && isRefusal(question) ? [undefined, question] : [question, undefined];
  const { facts: found, ...answers } = await tx.admissions.ask(tenant, {
    attempt: attempts === undefined || run === undefined ? undefined : { actor, run, action: call.action },
    dependencies: dependenciesOf(limits.breaker ?? []),
    facts,
  });
  return { ...answers, unproven: refused ?? (found && facts?.judge(found)) };
}

/** What guards know of an invocation. */
export function guardedCallOf(row: LockedInvocation): GuardedCallFacts {
  return {
    tenant: row.tenant,
    actor: row.actor,
    run: row.run ?? undefined,
    session: readSession(JSON.parse(row.session ?? "null")),
    action: row.action,
    input: JSON.parse(row.input) as unknown,
  };
}

async function passBreakers(
  tx: TransactionTables,
  { row, limits: { breaker }, start }: AdmissionRequest,
  seen: ReadonlyMap<string, BreakerState>,
): Promise<GuardRefusal | undefined> {
  if (breaker === undefined) return undefined;
  return start === undefined
    ? findOpenBreaker(breaker, seen, row.now)
    : takeBreakers(tx, { tenant: row.tenant, limits: breaker, ...start, seen });
}

/** A probe that was taken for a call which another guard refused must be free for the next. */
async function giveBackBreakers(tx: TransactionTables, request: AdmissionRequest): Promise<void> {
  const { row, limits, start } = request;
  if (limits.breaker === undefined || start === undefined) return;
  const { tenant, now: beganAtMs } = row;
  await reportToBreakers(tx, { tenant, limits: limits.breaker, token: start.token, beganAtMs, outcome: "none" });
}

/** Asks the guards that have something to charge, and tells what facts have said between them. Locks what is to be charged. */
async function drawBill(
  ports: ActivityPorts,
  tx: TransactionTables,
  { row, limits, call, unproven, isLater }: AdmissionRequest & AskedCall,
): Promise<Bill | GuardRefusal> {
  const found = rateCountersOf(limits.rate ?? [], call, JSON.parse(row.input_view));
  if (isRefusal(found)) return found;
  const counters = isLater ? withoutCharged(found, row) : found;
  const claims = budgetClaimsOf(limits.budget ?? [], call, { nowMs: row.now, priceUsage: ports.tariff?.priceUsage });
  const isRefusedAnyway = unproven !== undefined || isRefusal(claims);
  const accounts = isRefusedAnyway ? [] : claims.map((claim) => claim.account);
  const {
    windows = [],
    nowMs = row.now,
    balances,
  } = isLater
    ? await lockAnew(tx, row, { counters, accounts })
    : await tx.admissions.lock(call.tenant, { counters, accounts });
  const refused = judgeRates(counters, windows, nowMs) ?? unproven;
  if (refused !== undefined) return refused;
  if (isRefusal(claims)) return claims;
  const shortfall = judgeBudgets(claims, balances);
  if (shortfall?.mayAsk === false) return shortfall.refusal;
  return { counters, countedAtMs: nowMs, claims, exceeded: shortfall?.refusal };
}

/** Counters that the call is not counted in yet. */
function withoutCharged(counters: readonly RateCounter[], row: LockedInvocation): RateCounter[] {
  const charged = new Set(chargesOf(row)?.rates.map(({ key }) => key));
  return counters.filter(({ key }) => !charged.has(key));
}

/** Locks what a later round is charged in. What the round before has reserved is released in between, since accounts are locked after rates. */
async function lockAnew(tx: TransactionTables, row: LockedInvocation, { counters, accounts }: GuardLocks) {
  const held = await tx.admissions.lock(row.tenant, { counters, accounts: [] });
  await releaseReserved(tx, row);
  return { ...held, balances: await tx.budgets.lock(row.tenant, accounts) };
}

/** Frees what the rounds before have reserved. */
async function releaseReserved(tx: TransactionTables, row: LockedInvocation): Promise<void> {
  const round = chargesOf(row)?.reservedRound;
  if (round !== undefined) await tx.budgets.release(row.tenant, reservationOf(row.id, round));
}

async function charge(
  tx: TransactionTables,
  { row, holdMs, isLater }: AdmissionRequest,
  { counters, countedAtMs, claims, exceeded }: Bill,
): Promise<Admission> {
  const reserves = claims.length > 0 && exceeded === undefined;
  const reservation = { reservation: reservationOf(row.id, row.round), claims, expiresAtMs: row.now + holdMs };
  await tx.admissions.charge(row.tenant, {
    ...{ counters, countedAtMs },
    reservation: reserves ? reservation : undefined,
  });
  const charges: GuardCharges = {
    rates: [
      ...((isLater ? chargesOf(row)?.rates : undefined) ?? []),
      ...counters.map(({ key, cost }) => ({ key, cost })),
    ],
    ...(reserves ? { reservedRound: row.round } : {}),
    ...(exceeded === undefined ? {} : { exceeds: claims }),
  };
  return { kind: "admitted", charges, exceeded, reserved: describeBill(counters, reserves ? claims : []) };
}

function describeBill(
  counters: readonly RateCounter[],
  reserved: readonly BudgetClaim[],
): Readonly<Record<string, unknown>> | undefined {
  if (counters.length === 0 && reserved.length === 0) return undefined;
  const rates = counters.flatMap(({ cost, limits }) => limits.map((limit) => ({ ...limit, cost })));
  const budgets = reserved.map(describeClaim);
  return { ...(rates.length === 0 ? {} : { rates }), ...(budgets.length === 0 ? {} : { budgets }) };
}
