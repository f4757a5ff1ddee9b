import { expect, test } from "vitest";
import { readKeptEdit, readKeptGrant } from "../../../src/core/approval/kept-vote.ts";

test("readKeptEdit() reads an edit, and takes what no door writes for none", () => {
  expect(readKeptEdit('{"/amountCents":400}')).toEqual({ "/amountCents": 400 });
  for (const text of [null, "null", "[1]", "7", "{", ""]) expect(readKeptEdit(text)).toBeUndefined();
});

test("readKeptGrant() reads what is JSON, and nothing else", () => {
  expect(readKeptGrant('{"uses":3}')).toEqual({ uses: 3 });
  expect([readKeptGrant(null), readKeptGrant("{")]).toEqual([undefined, undefined]);
});
