import { GuardKind } from "../contract/guards.ts";
import { canonicalJson } from "../core/canonical.ts";

/** Where a guard's row stands: its table by kind, and its primary key without the tenant. */
export interface GuardPlace {
  readonly kind: GuardKind;
  /** One text for rates, breakers and budgets; actor, run and action for attempts; actor, session and scope for facts. */
  readonly path: readonly string[];
}

/** Parts of the primary key besides the tenant. */
const PATH_LENGTHS: Readonly<Record<GuardKind, number>> = { attempts: 3, breaker: 1, rate: 1, facts: 3, budget: 1 };

/** The id that views show: the kind, and the key itself or, where it has several parts, base64url of their canonical JSON. */
export function formatGuardId({ kind, path }: GuardPlace): string {
  const [only = ""] = path;
  return `${kind}:${PATH_LENGTHS[kind] === 1 ? only : Buffer.from(canonicalJson(path)).toString("base64url")}`;
}

/** Reads an id; `undefined` for a text that {@link formatGuardId} never gives, or that no row can hold. */
export function parseGuardId(id: string): GuardPlace | undefined {
  const end = id.indexOf(":");
  const kind = GuardKind.safeParse(id.slice(0, Math.max(end, 0))).data;
  if (kind === undefined) return undefined;
  const key = id.slice(end + 1);
  const path = PATH_LENGTHS[kind] === 1 ? [key] : parsePath(key, PATH_LENGTHS[kind]);
  // PostgreSQL's text has no NUL.
  if (path === undefined || path.some((part) => part.includes("\0"))) return undefined;
  return formatGuardId({ kind, path }) === id ? { kind, path } : undefined;
}

function parsePath(key: string, length: number): string[] | undefined {
  try {
    const path = JSON.parse(Buffer.from(key, "base64url").toString("utf8")) as unknown;
    if (!Array.isArray(path) || path.length !== length) return undefined;
    return path.every((part) => typeof part === "string") ? path : undefined;
  } catch {
    return undefined;
  }
}
