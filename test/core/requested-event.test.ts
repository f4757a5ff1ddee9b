import { expect, test } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import { requestedEvent } from "../../src/core/requested-event.ts";

const CALL = {
  ...{ ref: { tenant: "default", id: "ivn_1" as InvocationId }, action: "test.echo", actor: "ada", via: undefined },
  ...{ run: undefined, reason: undefined, idempotencyKey: undefined, digest: "d", inputView: '{"a":1}' },
};

test("requestedEvent() of a plain call names the actor as who asked and leaves out what is absent", () => {
  expect(requestedEvent(CALL)).toStrictEqual({
    ...{ type: "invocation.requested", principal: "ada", actor: "ada", invocation: "ivn_1", action: "test.echo" },
    data: { digest: "d", input: { a: 1 } },
  });
});

test("requestedEvent() tells who asked for another, the key, and what else there is to say", () => {
  const call = { ...CALL, via: "boss", run: "r", reason: "Why", idempotencyKey: "k" };
  expect(requestedEvent(call, { retryOf: "ivn_0" })).toMatchObject({
    ...{ principal: "boss", actor: "ada", idempotencyKey: "k" },
    data: { run: "r", reason: "Why", retryOf: "ivn_0" },
  });
});
