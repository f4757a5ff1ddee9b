import { expect, test } from "vitest";
import { shownPlaces } from "../../../src/core/approval/shown-places.ts";

test("shownPlaces() redacts pointers, and repeats the first twenty", () => {
  const pointers = Array.from({ length: 25 }, (_, index) => `/items/${index}`);
  expect(shownPlaces((pointer) => pointer.replace("items", "[redacted]"), pointers)).toEqual(
    pointers.slice(0, 20).map((pointer) => pointer.replace("items", "[redacted]")),
  );
});
