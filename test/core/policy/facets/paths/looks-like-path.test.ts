import { describe, expect, it } from "vitest";
import { looksLikePath } from "../../../../../src/core/policy/facets/paths/looks-like-path.ts";

describe("looksLikePath()", () => {
  it.each(["a.ts", ".env", "~", "..", "/a b", "~/a b", "./a", "a/b", "C:\\a", "id_rsa", "file:///a", "*.ts", "\0.env"])(
    "takes %j for a path",
    (text) => {
      expect(looksLikePath(text)).toBe(true);
    },
  );

  it.each([
    "README",
    "v1.2.3",
    "1.5",
    ".",
    "...",
    "",
    "a b.txt",
    "https://a/b",
    "a\n/b",
    "x=.env",
    "f(a.b)",
    `/${"a".repeat(4_096)}`,
  ])("takes %j for something else", (text) => {
    expect(looksLikePath(text)).toBe(false);
  });
});
