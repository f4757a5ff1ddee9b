import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ActionRejected } from "../../src/action/action-rejected.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { MAX_OUTPUT_BYTES } from "../../src/contract/limits.ts";
import {
  acceptApproved,
  activitiesOf,
  attemptsOf,
  createEnvironment,
  type Desk,
  openDesk,
  perform,
  rowOf,
} from "./desk.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
  await desk.caller({ subject: "ada" });
});
afterAll(() => desk.close());
beforeEach(() => {
  desk.acts.length = 0;
  desk.behave = () => ({});
});

function execute(ref: InvocationRef, attempt = 1) {
  return perform(() => activitiesOf(desk).executeAction(ref), attempt);
}

describe("executeAction() takes down", () => {
  it("what the action's function was given: the real input, one key, and who approved", async () => {
    const ref = await acceptApproved(desk, "idempotent", { text: "password=correct-horse" });
    await execute(ref);
    const [act] = desk.acts;
    expect(act?.input).toEqual({ text: "password=correct-horse" });
    expect(act?.context).toMatchObject({
      invocationId: ref.id,
      idempotencyKey: ref.id,
      tenant: "default",
      actor: "agent",
    });
    expect(act?.context.approval).toMatchObject({ by: ["ada"], digest: (await rowOf(desk, ref)).digest });
  });

  it("ActionRejected as a failure at once", async () => {
    desk.behave = () => Promise.reject(new ActionRejected("Closed on Sundays, token=abcdef123456"));
    const ref = await acceptApproved(desk, "idempotent");
    const step = await execute(ref);
    expect(step).toMatchObject({ result: { status: "failed", error: { code: "action_failed" } } });
    expect(JSON.stringify(step)).not.toContain("abcdef123456");
  });

  it("other errors for another try, redacted, until maxAttempts have erred", async () => {
    desk.behave = () => Promise.reject(new Error("Refused with password=hunter22"));
    const ref = await acceptApproved(desk, "idempotent");
    for (const attempt of [1, 2]) {
      const failure = await execute(ref, attempt).catch((error: unknown) => error);
      expect(failure).toMatchObject({ type: "attempt_failed", nonRetryable: false });
      expect((failure as Error).message).not.toContain("hunter22");
    }
    expect(await execute(ref, 3)).toMatchObject({ result: { status: "failed" } });
    expect(await attemptsOf(desk, ref)).toEqual(["erred", "erred", "failed"]);
  });

  it("an error in mode at_most_once as uncertain, and tries no second time", async () => {
    desk.behave = () => Promise.reject(new Error("Socket hang up"));
    const ref = await acceptApproved(desk, "at_most_once");
    expect(await execute(ref)).toMatchObject({ result: { status: "uncertain" } });
    await execute(ref, 2);
    expect(desk.acts).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ["too large", "x".repeat(MAX_OUTPUT_BYTES)],
    ["no JSON", 10n],
    ["not well-formed", "\u{d800}"],
  ])("an output that is %s as a failure, not as a reason to act again", async (_what, output) => {
    desk.behave = () => output;
    const ref = await acceptApproved(desk, "idempotent");
    expect(await execute(ref)).toMatchObject({ result: { status: "failed", error: { code: "action_failed" } } });
    expect(desk.acts).toHaveLength(1);
  });

  it("an output that is missing as null", async () => {
    desk.behave = () => undefined;
    const ref = await acceptApproved(desk, "idempotent");
    expect(await execute(ref)).toMatchObject({ result: { status: "executed", output: null } });
  });

  it("a cancel to the action through its signal, and what the action makes of it as the outcome", async () => {
    const environment = createEnvironment();
    desk.behave = ({ context }) => {
      const heard = new Promise((resolve) =>
        context.signal.addEventListener("abort", () => resolve({ stopped: true })),
      );
      environment.cancel("CANCELLED");
      return heard;
    };
    const ref = await acceptApproved(desk, "idempotent");
    const step = await environment.run(() => activitiesOf(desk).executeAction(ref));
    expect(step).toMatchObject({ result: { status: "executed", output: { stopped: true } } });
  });

  it("nothing when the worker goes away: the attempt is left to the next worker", async () => {
    const environment = createEnvironment();
    desk.behave = ({ context }) => {
      environment.cancel("WORKER_SHUTDOWN");
      context.signal.throwIfAborted();
    };
    const ref = await acceptApproved(desk, "idempotent");
    const failure = environment.run(() => activitiesOf(desk).executeAction(ref));
    await expect(failure).rejects.toMatchObject({ name: "CancelledFailure" });
    expect(await attemptsOf(desk, ref)).toEqual(["started"]);
    desk.behave = () => ({});
    expect(await execute(ref, 2)).toMatchObject({ result: { status: "executed" } });
  });
});
