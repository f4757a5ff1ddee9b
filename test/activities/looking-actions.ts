import { z } from "zod";
import type { Action, ProbeContext } from "../../src/action/action.ts";
import { defineAction } from "../../src/action/define-action.ts";
import type { ExecutionMode } from "../../src/contract/manifest.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { activitiesOf, type Desk, type DeskOptions, openDesk, perform } from "./desk.ts";
import { breakAfter } from "./faults.ts";

/** A desk whose actions `free.looking`, `free.hasty` and `free.once` can tell what became of a call. */
export interface LookingDesk {
  readonly desk: Desk;
  /** Every question that was put to a probe, oldest first. */
  readonly questions: ProbeContext[];
  /** What probes answer; `unknown` unless a test replaces it. */
  find: (context: ProbeContext) => unknown;
  /** Forgets what was done and asked. */
  reset(): void;
}

/** Time of all attempts of `free.hasty`: so little that a probe that can't tell is soon given up. */
const HASTY_MS = 600;

/** Opens it. */
export async function openLookingDesk(options: Pick<DeskOptions, "ports"> = {}): Promise<LookingDesk> {
  const looking: Pick<LookingDesk, "questions" | "find"> = { questions: [], find: () => "unknown" };
  const desk = await openDesk({ ...options, actions: (own) => lookingActions(own, looking) });
  return Object.assign(looking, {
    desk,
    reset() {
      looking.questions.length = 0;
      looking.find = () => "unknown";
      desk.acts.length = 0;
      desk.behave = () => ({});
    },
  });
}

function lookingActions(desk: () => Desk, looking: Pick<LookingDesk, "questions" | "find">): Action[] {
  const make = (name: string, mode: ExecutionMode, times: { attemptTimeoutMs: number; totalTimeoutMs?: number }) =>
    defineAction({
      name,
      description: "Is recorded, and can be looked for",
      execution: { mode, maxAttempts: 3, ...times },
      input: z.object({ text: z.string().optional() }),
      output: z.object({ receipt: z.number().optional(), note: z.string().optional() }),
      run: (input, context) => {
        const act = { id: context.invocationId, attempt: context.attempt, input, context };
        desk().acts.push(act);
        return desk().behave(act) as object;
      },
      probe: (_input, context) => {
        looking.questions.push(context);
        return looking.find(context) as "unknown";
      },
    });
  return [
    make("free.looking", "verifiable", { attemptTimeoutMs: 4_000 }),
    make("free.hasty", "verifiable", { attemptTimeoutMs: 100, totalTimeoutMs: HASTY_MS }),
    make("free.once", "at_most_once", { attemptTimeoutMs: 4_000 }),
  ];
}

/** Accepts and decides a call. */
export async function acceptDecided(desk: Desk, action: string, input = {}): Promise<InvocationRef> {
  const ref = await desk.accept(action, input);
  await perform(() => activitiesOf(desk).decideInvocation(ref));
  return ref;
}

/** Executes with a store that breaks off when the outcome is written: nobody hears of the attempt again. */
export async function executeAndDie(desk: Desk, ref: InvocationRef, attempt = 1): Promise<void> {
  const db = breakAfter(desk.store.db, (text) => /update execution/.test(text));
  await perform(() => activitiesOf(desk, db).executeAction(ref), attempt).catch(() => undefined);
}

/** Lets so much time pass for the newest attempt that it can't act any more. */
export async function outlive(desk: Desk, { id }: InvocationRef): Promise<void> {
  const text = `update execution set started_at = started_at - interval '10 seconds' where invocation = $1`;
  await desk.store.db.query(text, [id]);
}
