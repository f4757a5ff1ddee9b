import { randomBytes } from "node:crypto";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { newVoteId } from "../../src/core/ids.ts";
import type { Store } from "../../src/store/store.ts";
import { OPENED_AT_MS } from "./recorded-approvals.ts";

/** A text for every column that real values are sealed in. */
export const CONTENTS = {
  input: '{"card":"4111-1111"}',
  judged: '{"card":"4111-2222"}',
  output: '{"receipt":"4111-3333"}',
  edit: '{"/card":"4111-4444"}',
} as const;

/** Gives a call of one round a second round with an input, an output and a vote with an edit, through this store. */
export async function recordContents(store: Store, ref: InvocationRef): Promise<void> {
  const { input, judged, output, edit } = CONTENTS;
  const revision = { round: 2, input, judged, input_view: "{}", salt: "s2", digest: "d2", author: "ada" };
  await store.transaction(async (tx) => {
    await tx.invocations.revise(ref, revision);
    await tx.invocations.update(ref, { output });
    await tx.votes.insert({
      ...{ tenant: ref.tenant, id: newVoteId(randomBytes), invocation: ref.id, round: 2, stage: 0, digest: "d2" },
      ...{ voter: "bob", decision: "approve", reason: null, edit, grant_terms: null, idempotency_key: null },
      ...{ made_at: OPENED_AT_MS, mac: "m" },
    });
  });
}

/** What {@link recordContents} has written, as this store reads it. */
export async function readContents(store: Store, ref: InvocationRef): Promise<Partial<typeof CONTENTS>> {
  const row = await store.transaction((tx) => tx.invocations.lock(ref));
  const [vote] = await store.votes.listOfRound(ref, 2);
  const output = row && store.invocations.openOutput(row);
  return { input: row?.input, judged: row?.judged, output, edit: vote?.edit } as Partial<typeof CONTENTS>;
}
