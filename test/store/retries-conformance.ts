import { beforeEach, describe, expect, test } from "vitest";
import type { InvocationId, InvocationRef } from "../../src/contract/ids.ts";
import { PLAIN } from "../../src/store/cipher.ts";
import type { Db } from "../../src/store/db.ts";
import { createInvocationTable } from "../../src/store/invocations.ts";
import { createRetryTable } from "../../src/store/retries.ts";
import { recordInvocation } from "../support/decided-invocations.ts";

const refOf = (id: InvocationId): InvocationRef => ({ tenant: "default", id });
const KEY = { tenant: "default", actor: "ada", action: "test.echo", key: "k" };

/** What the queries about calls that stand in for others must do, whatever database is underneath. */
export function describeRetries(db: () => Db): void {
  describe("createRetryTable()", () => {
    const retries = () => createRetryTable(db(), PLAIN);
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate invocation, input_revision, idempotency_key")));

    /** A call that takes a key over from others. */
    async function succeed(
      heldBy: InvocationId[],
      retryOf?: InvocationId,
      idempotencyKey = "k",
    ): Promise<InvocationId> {
      const ref = refOf(await recordInvocation(db(), {}));
      await retries().takeKey({ ref, actor: "ada", action: "test.echo", idempotencyKey, heldBy });
      await retries().succeed(ref, { retryOf, idempotencyKey });
      return ref.id;
    }

    /** Tries of the first call, where they are asked for by a call with this key and this request. */
    async function listTries(id: InvocationId, change: object = {}): Promise<InvocationId[]> {
      const call = { actor: "ada", action: "test.echo", idempotency_key: null, request_hash: "h", ...change };
      return (await retries().listTries(refOf(id), call)).map((each) => each.id).toSorted();
    }

    async function holder(): Promise<string | undefined> {
      return (await createInvocationTable(db()).findByKey(KEY))?.id;
    }

    test("findFirst() and listTries() know all tries of a call, from any of them, and no other call", async () => {
      const first = await succeed([]);
      const second = await succeed([first], first);
      const third = await succeed([second], second);
      const fourth = await succeed([third], first);
      await succeed([], undefined, "other");
      for (const id of [first, second, third, fourth])
        expect(await retries().findFirst(refOf(id))).toEqual(refOf(first));
      expect(await listTries(first)).toEqual([first, second, third, fourth].toSorted());
      const call = { actor: "ada", action: "test.echo", idempotency_key: "k", request_hash: "h" };
      expect(await retries().listTries({ tenant: "acme", id: first }, call)).toEqual([]);
    });

    test("listTries() knows calls with the same key and request, and the retries of those, and no others", async () => {
      const first = await succeed([]);
      const later = await succeed([]);
      const retried = await succeed([], later, "unlike");
      await succeed([], undefined, "other");
      const { request_hash: hash } = (await createInvocationTable(db()).get(refOf(first))) ?? {};
      const same = { idempotency_key: "k", request_hash: hash };
      expect(await listTries(first, same)).toEqual([first, later, retried].toSorted());
      for (const unlike of [{ actor: "bob" }, { action: "test.other" }, { request_hash: "other" }])
        expect(await listTries(first, { ...same, ...unlike })).toEqual([first]);
    });

    test("takeKey() takes the key from the calls named and from nobody else, and takes one that is free", async () => {
      const first = await succeed([]);
      expect(await holder()).toBe(first);
      const stranger = await succeed([]);
      expect([await holder(), stranger === first]).toEqual([first, false]);
      const second = await succeed([first], first);
      expect(await holder()).toBe(second);
      const taking = { ref: refOf(stranger), actor: "ada", action: "test.echo", idempotencyKey: "k" };
      expect(await retries().takeKey({ ...taking, heldBy: [first] })).toBe(false);
      expect(await retries().takeKey({ ...taking, heldBy: [second] })).toBe(true);
      const row = await createInvocationTable(db()).get(refOf(second));
      expect(row).toMatchObject({ retry_of: first, compensates: null, idempotency_key: "k" });
    });

    test("readSent() gives the input of the first round, and nothing where there is none", async () => {
      const id = await recordInvocation(db(), { input: { a: 1 } });
      await createInvocationTable(db()).revise(refOf(id), {
        ...{ round: 2, input: '{"a":2}', input_view: "{}", salt: "s", digest: "d", author: "policy" },
      });
      expect(await retries().readSent(refOf(id))).toBe('{"a":1}');
      await db().query("delete from input_revision where round = 1");
      expect(await retries().readSent(refOf(id))).toBeUndefined();
    });
  });
}
