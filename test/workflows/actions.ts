import { z } from "zod";
import { ActionRejected } from "../../src/action/action-rejected.ts";
import { defineAction } from "../../src/action/define-action.ts";

/** Effects that the actions below had, by invocation: what a test counts. */
export const effects = new Map<string, number>();

function count(id: string): void {
  effects.set(id, (effects.get(id) ?? 0) + 1);
}

const input = z.object({
  text: z
    .string()
    .refine((text) => text !== "refined away")
    .optional(),
  password: z.string().optional(),
});

/** Counts and answers. */
export const note = defineAction({
  name: "test.note",
  description: "Counts a note",
  input,
  output: z.object({ text: z.string(), password: z.string().optional() }),
  run: async ({ text, password }, ctx) => {
    count(ctx.idempotencyKey);
    return { text: text ?? "", ...(password === undefined ? {} : { password }) };
  },
});

/** The same inside the workflow task. */
export const inlineNote = defineAction({ ...note, name: "test.inline_note", execution: { mode: "inline" } });

/** Needs a person. */
export const askedNote = defineAction({ ...note, name: "test.asked_note", risk: "high" });

/** Says that it can't be done. */
export const refusing = defineAction({
  name: "test.refusing",
  description: "Refuses",
  input,
  run: async () => {
    throw new ActionRejected("The other side said no");
  },
});

/** Reports errors until its third attempt. */
export const flaky = defineAction({
  name: "test.flaky",
  description: "Errs twice",
  input,
  run: async (_input, ctx) => {
    count(ctx.idempotencyKey);
    if (ctx.attempt < 3) throw new Error("Connection reset with password=hunter22");
    return { attempt: ctx.attempt };
  },
});

/** Always reports an error. */
export const failing = defineAction({
  name: "test.failing",
  description: "Errs always",
  execution: { maxAttempts: 2 },
  input,
  run: async (_input, ctx) => {
    count(ctx.idempotencyKey);
    throw new Error("Down");
  },
});

/** Reports an error, and may run only once. */
export const doubtful = defineAction({
  name: "test.doubtful",
  description: "Errs once",
  execution: { mode: "at_most_once" },
  input,
  output: z.object({ ref: z.string() }),
  run: async (_input, ctx) => {
    count(ctx.idempotencyKey);
    throw new Error("Socket hang up");
  },
});

/** Reports an error at first; its probe says that nothing came of it. */
export const traced = defineAction({
  name: "test.traced",
  description: "Errs once, and looks",
  execution: { mode: "verifiable" },
  input,
  run: async (_input, ctx) => {
    count(ctx.idempotencyKey);
    if (ctx.attempt === 1) throw new Error("Socket hang up");
    return { attempt: ctx.attempt };
  },
  probe: () => "not_done",
});

/** Ends when it is told to stop. */
export const patient = defineAction({
  name: "test.patient",
  description: "Waits for its signal",
  execution: { heartbeatTimeoutMs: 900 },
  input,
  run: async (_input, ctx) => {
    count(ctx.idempotencyKey);
    await new Promise((_resolve, reject) => {
      ctx.signal.addEventListener("abort", () => reject(new Error("Stopped")), { once: true });
    });
  },
});

/** Takes longer than its attempts may, and listens to nobody. */
export const deaf = defineAction({
  name: "test.deaf",
  description: "Never answers",
  execution: { mode: "at_most_once", attemptTimeoutMs: 300 },
  input,
  run: () => new Promise(() => undefined),
});

/** Answers what its schema refuses. */
export const garbled = defineAction({
  name: "test.garbled",
  description: "Answers rubbish",
  input,
  output: z.object({ n: z.number() }),
  run: async () => JSON.parse(`{"n":"no number"}`) as { n: number },
});

/** Its schema asks somebody else, who may say no, break, or never answer. */
export const inquiring = defineAction({
  name: "test.inquiring",
  description: "Checks its input elsewhere",
  input: z.object({
    answer: z.string().refine(async (answer) => {
      if (answer === "never") return new Promise<boolean>(() => undefined);
      if (answer === "broken") throw new Error("Nobody there");
      return answer === "yes";
    }),
  }),
  run: async () => "asked",
});

/** All of them. */
export const testActions = [
  note,
  inlineNote,
  askedNote,
  refusing,
  flaky,
  failing,
  doubtful,
  traced,
  patient,
  deaf,
  garbled,
  inquiring,
];

/** Allows all but what needs a person, denies what is named so. */
export const testPolicy = `
version: 1
rules:
  - name: notes are asked for
    match: { action: test.asked_note }
    effect: require_approval
    reason: A person has to look
    approval: { approvers: ["group:reviewers", "user:boss"], decide_by: 1h, execute_by: 1h }
  - name: nobody may be mean
    match: { action: test.note, roles: [mean] }
    effect: deny
    reason: Mean callers may not
    priority: 1
  - name: the rest
    match: { action: "test.*" }
    effect: allow
    priority: 200
`;
