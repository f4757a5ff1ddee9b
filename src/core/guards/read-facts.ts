import { parseDurationMs } from "../policy/document/durations.ts";
import { isLimitName } from "../policy/document/limit-values.ts";
import { factKeyOf, isFactValue } from "./facts.ts";

/** How long a fact holds unless its proof says so, and at most: 24 hours, from the design. */
export const MAX_FACT_TTL_MS = 86_400_000;
/** Facts that one call may prove. Our choice: more than identifiers fit into an output. */
const MAX_PROVEN = 10_000;

const MEMBERS = ["kind", "value", "ttlMs", "ttl"];

/** A fact as it is kept. */
export interface ProvenFact {
  readonly kind: string;
  /** As `factKeyOf` makes it. */
  readonly key: string;
  /** Milliseconds that it holds, 1 to {@link MAX_FACT_TTL_MS}. */
  readonly ttlMs: number;
}

/** What an action's `proves` gave, once it was checked; or what is wrong with it, without any value of it. */
export type ReadFacts = { readonly facts: readonly ProvenFact[] } | { readonly fault: string };

/** Checks what an action's `proves` returned: all of it is as it should be, or nothing is proven. Never throws but for hostile getters. */
export function readFacts(proved: unknown): ReadFacts {
  if (!Array.isArray(proved)) return { fault: "`proves` must return a list of facts" };
  if (proved.length > MAX_PROVEN) return { fault: `\`proves\` returned more than ${MAX_PROVEN} facts` };
  const facts: ProvenFact[] = [];
  for (const [index, item] of proved.entries()) {
    const fact = readFact(item);
    if (typeof fact === "string") return { fault: `Fact ${index} of what \`proves\` returned ${fact}` };
    facts.push(fact);
  }
  return { facts };
}

/** The fact, or how a sentence about it goes on. */
function readFact(item: unknown): ProvenFact | string {
  if (typeof item !== "object" || item === null) return "is no object";
  const { kind, value, ttlMs, ttl } = item as Readonly<Record<string, unknown>>;
  // A misspelt `ttl` must not become the default in silence.
  if (Object.keys(item).some((member) => !MEMBERS.includes(member))) {
    return `has a member other than ${MEMBERS.join(", ")}`;
  }
  if (typeof kind !== "string" || !isLimitName(kind)) return "needs a kind of 1 to 200 visible ASCII characters";
  if (!isFactValue(value)) return "needs a value that is a text, a finite number, true or false";
  if (ttlMs !== undefined && ttl !== undefined) return "has both ttlMs and ttl";
  const heldMs = readTtlMs(ttlMs, ttl);
  return typeof heldMs === "string" ? heldMs : { kind, key: factKeyOf(kind, value), ttlMs: heldMs };
}

function readTtlMs(ttlMs: unknown, ttl: unknown): number | string {
  if (ttlMs === undefined && ttl === undefined) return MAX_FACT_TTL_MS;
  const heldMs = typeof ttl === "string" ? parseDurationMs(ttl) : ttlMs;
  const isRight = typeof heldMs === "number" && Number.isInteger(heldMs) && heldMs > 0 && heldMs <= MAX_FACT_TTL_MS;
  return isRight ? heldMs : "needs a ttl such as 15m, or whole milliseconds as ttlMs, of at most 24 hours";
}
