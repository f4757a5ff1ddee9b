import { EventEmitter, once } from "node:events";
import { expect, test } from "vitest";
import { createRunContext } from "../../src/client/run-context.ts";

const OUTER = { id: "outer" };
const INNER = { id: "inner", user: "eve" };

/** A promise and what settles it. */
function openGate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

test("enter() lets work, its promises and its timers find the run, and nobody else", async () => {
  const context = createRunContext();
  expect(context.current()).toBeUndefined();
  const seen = context.enter(OUTER, async () => {
    const before = context.current();
    await Promise.resolve();
    const timed = await new Promise((resolve) => setTimeout(() => resolve(context.current()), 1));
    return [before, context.current(), timed];
  });
  expect(context.current()).toBeUndefined();
  expect(await seen).toEqual([OUTER, OUTER, OUTER]);
  expect(context.current()).toBeUndefined();
});

test("enter() inside a run hides it from the inner work alone", async () => {
  const context = createRunContext();
  await context.enter(OUTER, async () => {
    const { opened, open } = openGate();
    const inner = context.enter(INNER, async () => {
      await opened;
      return context.current();
    });
    expect(context.current()).toBe(OUTER);
    open();
    expect(await inner).toBe(INNER);
    expect(context.current()).toBe(OUTER);
  });
});

test("enter() gives what work gives, and throws what it throws, and the run is left either way", () => {
  const context = createRunContext();
  expect(context.enter(OUTER, () => 7)).toBe(7);
  const error = new Error("No");
  const fail = () =>
    context.enter(OUTER, () => {
      throw error;
    });
  expect(fail).toThrow(error);
  expect(context.current()).toBeUndefined();
});

test("enter() is still seen by work that was left behind", async () => {
  const context = createRunContext();
  const { opened, open } = openGate();
  let left: Promise<unknown> = Promise.resolve();
  context.enter(OUTER, () => {
    left = opened.then(() => context.current());
  });
  expect(context.current()).toBeUndefined();
  open();
  expect(await left).toBe(OUTER);
});

test("enter() is not seen by timers, listeners and loops that were there before", async () => {
  const context = createRunContext();
  const bus = new EventEmitter();
  const { opened, open } = openGate();
  const loop = opened.then(() => context.current());
  const timer = new Promise((resolve) => setTimeout(() => resolve(context.current()), 5));
  await context.enter(OUTER, async () => {
    open();
    await once(bus, "done", { signal: AbortSignal.timeout(1) }).catch(() => undefined);
  });
  expect(await Promise.all([loop, timer])).toEqual([undefined, undefined]);
});

test("createRunContext() keeps contexts apart", () => {
  const [one, other] = [createRunContext(), createRunContext()];
  one.enter(OUTER, () =>
    other.enter(INNER, () => {
      expect([one.current(), other.current()]).toEqual([OUTER, INNER]);
    }),
  );
  expect.assertions(1);
});

test("assertFollowable() and enter() say why where there is no such thing, and current() finds nothing", () => {
  const context = createRunContext({});
  const refusal = expect.objectContaining({ code: "invalid_request", message: expect.stringContaining("Node.js") });
  expect(context.current()).toBeUndefined();
  expect(() => context.assertFollowable()).toThrow(refusal);
  expect(() => context.enter(OUTER, () => 1)).toThrow(refusal);
});
