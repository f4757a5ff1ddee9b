import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../gateway/ports.ts";

/** First and longest wait between two tries. Our choice: a part that comes up in seconds is found at once, one that is gone isn't pestered. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** How often a wait is told again while nothing about it changes. */
const TOLD_EVERY_MS = 30_000;
/** Causes of an error are followed this far for its reason. */
const MAX_CAUSES = 8;

/** How a process waits. */
export interface Waiting {
  /** Is told what is waited for and why: at once, whenever the reason changes, and each half minute. */
  readonly log: Log;
  /** Gives the wait up. */
  readonly signal: AbortSignal;
  /** Is shown what is waited for, in a sentence without the reason: anybody may read it. */
  readonly show?: ((sentence: string) => void) | undefined;
}

/** What is waited for. */
export interface Awaited<T> {
  /** Its name in the log, such as `PostgreSQL`. */
  readonly what: string;
  /** Tries to get it. */
  readonly attempt: () => Promise<T>;
  /** Whether trying again can help; default always. Any other error ends the wait. */
  readonly isTemporary?: (error: unknown) => boolean;
  /** Lets go of what came when nobody waited any more. */
  readonly discard?: (value: T) => unknown;
  /** Further fields of its log lines; no secrets. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/**
 * Tries until it succeeds, with growing pauses of 0.5 to 10 s. A try that is under way when the wait is given up isn't waited for.
 * @throws the error of a try that can't be helped by another; when given up, that of the last try or the signal's own reason
 */
export async function waitFor<T>(awaited: Awaited<T>, { log, signal, show }: Waiting): Promise<T> {
  show?.(`Waiting for ${awaited.what}`);
  const teller = createTeller(awaited, log);
  let lastError: unknown;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    if (signal.aborted) throw lastError ?? signal.reason;
    try {
      const value = await untilAborted(awaited, signal);
      teller.done();
      return value;
    } catch (error) {
      if (error !== signal.reason) lastError = error;
      if (signal.aborted || awaited.isTemporary?.(error) === false) throw lastError ?? error;
      teller.tell(error);
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Why something failed, in a line: the innermost cause that says anything. */
export function reasonOf(error: unknown): string {
  let reason = "for an unknown reason";
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth += 1) {
    if (current.message !== "") reason = current.message;
    else if ("code" in current && typeof current.code === "string") reason = current.code;
    // A name with several addresses fails with one error for each.
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return reason.replace(/\s+/g, " ").trim();
}

/** One try, or the end of the wait, whichever comes first. */
async function untilAborted<T>({ attempt, discard }: Awaited<T>, signal: AbortSignal): Promise<T> {
  let giveUp: (() => void) | undefined;
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason as Error);
    signal.addEventListener("abort", giveUp, { once: true });
  });
  const trying = attempt();
  try {
    return await Promise.race([trying, givenUp]);
  } catch (error) {
    if (signal.aborted) trying.then((value) => discard?.(value)).catch(() => undefined);
    throw error;
  } finally {
    if (giveUp !== undefined) signal.removeEventListener("abort", giveUp);
  }
}

function createTeller({ what, fields = {} }: Pick<Awaited<unknown>, "what" | "fields">, log: Log) {
  let told: { readonly reason: string; readonly atMs: number } | undefined;
  let sinceMs: number | undefined;
  return {
    tell(error: unknown): void {
      const nowMs = performance.now();
      sinceMs ??= nowMs;
      const reason = reasonOf(error);
      if (told?.reason === reason && nowMs - told.atMs < TOLD_EVERY_MS) return;
      told = { reason, atMs: nowMs };
      log("warn", `Waiting for ${what}`, { ...fields, reason, waitedMs: Math.round(nowMs - sinceMs) });
    },
    done(): void {
      if (sinceMs === undefined) return;
      log("info", `No more waiting for ${what}`, { ...fields, waitedMs: Math.round(performance.now() - sinceMs) });
    },
  };
}
