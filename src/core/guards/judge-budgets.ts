import { fromMicros } from "./amounts.ts";
import type { AccountBalance, BudgetAccount, BudgetClaim } from "./budget-accounts.ts";
import { type GuardRefusal, refuse } from "./refusal.ts";

/** A budget's no, and whether a person may be asked to let the call exceed it. */
export interface BudgetRefusal {
  /** `budget_exceeded`, with the numbers of one account. */
  readonly refusal: GuardRefusal;
  /** Every exceeded account allows to ask, and none would be exceeded beyond what a person may grant. */
  readonly mayAsk: boolean;
}

/** An account in which a claim finds no room. */
interface Excess {
  readonly claim: BudgetClaim;
  readonly balance: AccountBalance;
  /** Millionths: the limit that is exceeded. */
  readonly limit: number;
  readonly mayAsk: boolean;
}

/** Whose money an account holds, as messages say it. */
const OWNERS: Readonly<Record<BudgetAccount["scope"], string>> = {
  tenant: "tenant's",
  actor: "actor's",
  run: "run's",
  part: "part's",
};

/**
 * Whether all claims find room: undefined when they do. The refusal speaks of the first account in the order of the claims, which
 * is the innermost, but rather of one that nobody may be asked about. It is retryable unless the call alone is more than the limit.
 * An account without a balance is empty.
 */
export function judgeBudgets(
  claims: readonly BudgetClaim[],
  balances: ReadonlyMap<string, AccountBalance>,
): BudgetRefusal | undefined {
  const excesses = claims
    .map((claim) => findExcess(claim, balances.get(claim.account.key) ?? { used: 0, reserved: 0 }))
    .filter((excess) => excess !== undefined);
  const told = excesses.find(({ mayAsk }) => !mayAsk) ?? excesses[0];
  return told === undefined ? undefined : { refusal: refuseExcess(told), mayAsk: told.mayAsk };
}

function findExcess(claim: BudgetClaim, balance: AccountBalance): Excess | undefined {
  const { limitMicros, ceilingMicros = Infinity, onExceed } = claim.account;
  const total = balance.used + balance.reserved + claim.amount;
  if (limitMicros === undefined || total <= limitMicros) return undefined;
  const mayAsk = onExceed === "require_approval" && total <= ceilingMicros;
  return { claim, balance, limit: total > ceilingMicros ? ceilingMicros : limitMicros, mayAsk };
}

function refuseExcess({ claim, balance, limit }: Excess): GuardRefusal {
  const { name, unit, scope, period } = claim.account;
  return refuse("budget", "budget_exceeded", {
    message: `The ${OWNERS[scope]} budget ${name} has too little left for this call`,
    retryable: claim.amount <= limit,
    details: {
      name,
      unit,
      scope,
      ...(period === "" ? {} : { period }),
      limit: fromMicros(limit),
      used: fromMicros(balance.used),
      reserved: fromMicros(balance.reserved),
      requested: fromMicros(claim.amount),
    },
  });
}
