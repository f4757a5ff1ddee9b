import { beforeAll, describe, expect, test } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import type { KeyRing } from "../../src/core/key-ring.ts";
import { createCipher } from "../../src/store/cipher.ts";
import type { Db } from "../../src/store/db.ts";
import { countSealed, reseal } from "../../src/store/reseal.ts";
import { createStore, type Store } from "../../src/store/store.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { OPENED_AT_MS, recordApproval, recordGrant, recordVote } from "../support/recorded-approvals.ts";

const RING: KeyRing = [{ id: "only", bytes: Buffer.alloc(32, 1) }];
const FIRST = '{"card":"first"}';
const SECOND = '{"card":"second"}';
const JUDGED = '{"card":"judged"}';
const EDIT = '{"/card":"edited"}';
const CALL = { action: "test.echo", actor: "ada", run: null, actionVersion: "v1", policyVersion: "1-0" };

async function takeFirst<T>(items: AsyncGenerator<T>): Promise<T | undefined> {
  for await (const item of items) return item;
  return undefined;
}

/** A call that is begun and a request that follows it, with every kind of value that is sealed. */
async function record(db: Db): Promise<{ readonly begun: InvocationRef; readonly asked: InvocationRef }> {
  const begun = await recordApproval(db, { input: JSON.parse(FIRST), status: "approved" });
  const asked = await recordApproval(db, { input: JSON.parse(SECOND), openedAtMs: OPENED_AT_MS + 1 });
  const { tenant, id } = begun;
  await recordGrant(db, begun);
  await recordVote(db, asked, { edit: EDIT, idempotency_key: "k" });
  await db.query("update input_revision set judged = $2 where invocation = $1", [id, JUDGED]);
  await db.query("update invocation set status = 'executing', attempts = 1, guards = '{}', output = $2 where id = $1", [
    ...[id, FIRST],
  ]);
  const attempt = { attempt: 1, round: 1, token: "t", mode: "idempotent" as const, digest: "d", worker: "w" };
  await createStore(db).executions.start({ ref: { tenant, id: begun.id }, ...attempt });
  return { begun, asked };
}

/** Every read of a real value must go through the cipher, whatever database is underneath. */
export function describeSealedReads(db: () => Db): void {
  describe("createStore() with a cipher", () => {
    let refs: { readonly begun: InvocationRef; readonly asked: InvocationRef };
    beforeAll(async () => {
      await db().transaction((tx) =>
        tx.runScript("truncate approval, vote, approval_grant, invocation, input_revision, execution"),
      );
      refs = await record(db());
      await reseal(db(), { ring: RING });
    });

    const reads: Record<string, readonly [read: (store: Store) => Promise<unknown>, expected: unknown]> = {
      lock: [(store) => store.invocations.lock(refs.begun), { input: FIRST, judged: JUDGED }],
      readRequest: [(store) => store.invocations.readRequest(refs.begun), { input: FIRST }],
      readDecided: [(store) => takeFirst(store.invocations.readDecided({ tenant: "default" }, 1)), { input: SECOND }],
      openOutput: [
        async (store) => {
          const row = await store.invocations.get(refs.begun);
          return { output: row && store.invocations.openOutput(row) };
        },
        { output: FIRST },
      ],
      findBegun: [(store) => store.executions.findBegun(refs.begun), { input: FIRST, judged: JUDGED, token: "t" }],
      findCharged: [(store) => store.guardViews.findCharged(refs.begun), { input: FIRST }],
      lockUsable: [(store) => store.grants.lockUsable("default", CALL, 10), [{ source_input: FIRST }]],
      previous: [(store) => store.approvals.previous(refs.asked), { input: FIRST, current_input: SECOND }],
      listOfRound: [(store) => store.votes.listOfRound(refs.asked, 1), [{ edit: EDIT }]],
      listOfVoter: [(store) => store.votes.listOfVoter(refs.asked, 1, "bob"), [{ edit: EDIT }]],
      listOfKey: [(store) => store.votes.listOfKey(refs.asked, "bob", "k"), [{ edit: EDIT }]],
    };

    test("countSealed() finds nothing that isn't sealed", async () => {
      expect([...new Set((await countSealed(db())).map(({ key }) => key))]).toEqual(["only"]);
    });

    test.each(Object.entries(reads))(
      "%s() opens what is sealed, and refuses without the key",
      async (_, [read, expected]) => {
        expect(await read(createStore(db(), { cipher: createCipher(RING) }))).toMatchObject(expected as object);
        await expect(read(createStore(db()))).rejects.toMatchObject({ code: "unavailable" });
      },
    );

    test("get() and list() show approvals, the edits that no key opens as unreadable", async () => {
      const sealed = createStore(db(), { cipher: createCipher(RING) });
      const scope = { tenant: "default", filter: {}, subject: undefined, voterNames: undefined };
      for (const [{ approvals }, vote] of [
        [sealed, { edit: EDIT }],
        [createStore(db()), { edit: null, isUnreadable: true }],
      ] as const) {
        expect(await approvals.get(refs.asked)).toMatchObject({ votes: [vote] });
        const { items } = await approvals.list(scope, { limit: 50 });
        expect(items.map(({ invocation, votes }) => [invocation, votes])).toMatchObject([
          [refs.asked.id, [vote]],
          [refs.begun.id, [{ edit: null }]],
        ]);
      }
    });

    test("inputsOf() and openInputs leave what no key opens for what it is, and go on", async () => {
      const plain = await recordInvocation(db(), { input: { n: 1 } });
      const store = createStore(db());
      const rounds = [refs.asked.id, plain].map((invocation) => ({ invocation, round: 1 }));
      expect([...(await store.approvals.inputsOf("default", rounds))]).toEqual([[plain, '{"n":1}']]);
      const opened = await createStore(db(), { cipher: createCipher(RING) }).approvals.inputsOf("default", rounds);
      expect(opened.get(refs.asked.id)).toBe(SECOND);
      const inputs: unknown[] = [];
      for await (const { input } of store.openInputs.read([{ name: "test.echo", version: "v2" }], 1))
        inputs.push(input);
      expect(inputs).toEqual(expect.arrayContaining([undefined, '{"n":1}']));
      await db().query("delete from invocation where id = $1", [plain]);
    });

    test("get() and list() show calls whose key is missing", async () => {
      const store = createStore(db());
      expect(await store.invocations.get(refs.begun)).toMatchObject({ status: "executing" });
      const scope = { tenant: "default", filter: {}, ownedBy: undefined };
      expect((await store.invocations.list(scope, { limit: 10 })).items).toHaveLength(2);
    });
  });
}
