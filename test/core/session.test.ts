import { expect, test } from "vitest";
import { readSession } from "../../src/core/session.ts";

test.each([
  ["s1", { id: "s1", scope: "default" }],
  [{ id: "s1" }, { id: "s1", scope: "default" }],
  [
    { id: "s1", scope: "order" },
    { id: "s1", scope: "order" },
  ],
  [
    { id: "s1", scope: 7 },
    { id: "s1", scope: "default" },
  ],
  [undefined, undefined],
  [null, undefined],
  [7, undefined],
  [{ scope: "order" }, undefined],
  [{ id: 7 }, undefined],
])("readSession() reads %j as %j", (session, place) => {
  expect(readSession(session)).toEqual(place);
});
