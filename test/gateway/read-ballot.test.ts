import { expect, test } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { CountersignError } from "../../src/core/countersign-error.ts";
import type { Ballot } from "../../src/gateway/gateway.ts";
import { readBallot } from "../../src/gateway/read-ballot.ts";

const ref = { tenant: "default", id: "ivn_1" as InvocationId };
const GRANT = { uses: 3, expiresIn: "1h", bounds: { "/amountCents": { lte: 100 } } };

function read(ballot: Partial<Ballot>) {
  const redact = (value: unknown) => String(value).replace("hunter2", "***");
  return readBallot({ redact }, ref, { decision: "approve", ...ballot });
}

function faultOf(ballot: Partial<Ballot>): CountersignError {
  try {
    read(ballot);
  } catch (error) {
    return error as CountersignError;
  }
  throw new Error("The ballot was taken");
}

test("readBallot() redacts the reason and keeps edit and grant as canonical JSON", () => {
  expect(read({ reason: "hunter2", edit: { "/b": { d: 1, c: 2 }, "/a": 1 } })).toStrictEqual({
    ...{ ref, decision: "approve", digest: undefined, reason: "***", idempotencyKey: null, grantTerms: null },
    edit: `{"/a":1,"/b":{"c":2,"d":1}}`,
  });
  const grantTerms = `{"bounds":{"/amountCents":{"lte":100}},"expiresInMs":3600000,"scope":"actor","uses":3}`;
  expect(read({ grant: GRANT, idempotencyKey: "k" })).toMatchObject({ grantTerms, idempotencyKey: "k", edit: null });
});

test.each<[string, Partial<Ballot>, string]>([
  ["a rejection that edits", { decision: "reject", edit: { "/a": 1 } }, "invalid_request"],
  ["a rejection that grants", { decision: "reject", grant: GRANT }, "invalid_request"],
  ["an edit beside a grant", { edit: { "/a": 1 }, grant: GRANT }, "invalid_request"],
  ["an edit of nothing", { edit: {} }, "invalid_request"],
  ["an edit of the whole input", { edit: { "": {} } }, "invalid_request"],
  ["an edit of a place within another", { edit: { "/a": {}, "/a/b": 1 } }, "invalid_request"],
  ["a grant for no time", { grant: { ...GRANT, expiresIn: "soon" } }, "invalid_request"],
  ["a grant with bounds of unknown words", { grant: { ...GRANT, bounds: { "/a": { about: 1 } } } }, "invalid_request"],
  ["an edit with a NUL character", { edit: { "/a": "s3cret\0" } }, "invalid_input"],
  ["an edit with a lone surrogate", { edit: { "/a": ["s3cret\ud800"] } }, "invalid_input"],
  ["an edit that names __proto__", { edit: JSON.parse(`{"/a":{"__proto__":"s3cret"}}`) as object }, "invalid_input"],
  ["bounds with a NUL character", { grant: { ...GRANT, bounds: { "/a": { eq: "s3cret\0" } } } }, "invalid_input"],
  ["a reason with a lone surrogate", { reason: "s3cret\udc00" }, "invalid_input"],
  ["a key that is none", { idempotencyKey: "" }, "invalid_idempotency_key"],
])("readBallot() refuses %s without repeating a value", (_what, ballot, code) => {
  const fault = faultOf(ballot);
  expect(fault.code).toBe(code);
  expect(`${fault.message}${JSON.stringify(fault.details)}`).not.toContain("s3cret");
});
