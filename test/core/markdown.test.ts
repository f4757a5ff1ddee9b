import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeMarkdown } from "../../src/core/markdown.ts";

/** The word joiner, made visible. */
function shown(text: string): string {
  return escapeMarkdown(text).replaceAll("\u2060", "⁞");
}

describe("escapeMarkdown", () => {
  test.each([
    ["links", "[pay](http://evil.com)", "\\[pay\\](http:⁞//evil.com)"],
    ["images", "![x](//evil.com/x.png)", "!\\[x\\](//evil.com/x.png)"],
    ["reference links", "[x]: http://y.com\n[x]", "\\[x\\]: http:⁞//y.com \\[x\\]"],
    ["bare addresses", "see HTTPS://evil.com.", "see HTTPS:⁞//evil.com."],
    ["addresses without scheme", "WWW.evil.com", "WWW⁞.evil.com"],
    ["e-mail addresses", "a.b@c.com", "a.b⁞@c.com"],
    ["autolinks", "<http://x.com> <a@b.com>", "\\<http:⁞//x.com> \\<a⁞@b.com>"],
    ["HTML", "<script>alert(1)</script>", "\\<script>alert(1)\\</script>"],
    ["entities", "&lt;b&gt; &#60;", "\\&lt;b\\&gt; \\&#60;"],
    ["headings", "# big", "\\# big"],
    ["quotes", "> said", "\\> said"],
    ["lists", "- a\n- b", "\\- a - b"],
    ["numbered lists", "12. a", "12\\. a"],
    ["numbered lists with bracket", "1) a", "1\\) a"],
    ["underlined headings", "a\n===\nb\n---", "a === b ---"],
    ["rules", "***", "\\*\\*\\*"],
    ["code", "`rm` ```js", "\\`rm\\` \\`\\`\\`js"],
    ["fences", "~~~\nx", "\\~\\~\\~ x"],
    ["emphasis", "**a** _b_ __c__", "\\*\\*a\\*\\* \\_b\\_ \\_\\_c\\_\\_"],
    ["tables", "a|b\n-|-", "a\\|b -\\|-"],
    ["indented code", "    code", "code"],
    ["escapes", "\\[a](b) \\", "\\\\\\[a\\](b) \\\\"],
    ["templates", "{{namespace}}", "\\{\\{namespace\\}\\}"],
    ["line breaks of every kind", "a  \r\nb\u2028c\u0085d\0e\tf", "a b c d e f"],
    ["turned text and broken characters", "a\u202eb\u2066c\ud800d", "a\ufffdb\ufffdc\ufffdd"],
  ])("escapeMarkdown() makes %s inert", (_, text, escaped) => {
    expect(shown(text)).toBe(escaped);
  });

  test.each([["Refund for inv_1, 12.50 EUR (return #7)"], ["größer 😀 – billing.issue_refund!"], ["3 - 2 = 1"], [""]])(
    "escapeMarkdown() leaves ordinary text alone: %s",
    (text) => {
      expect(escapeMarkdown(text)).toBe(text);
    },
  );

  test("escapeMarkdown() shows 500 characters unless told otherwise, and cuts none in two", () => {
    expect(escapeMarkdown("a".repeat(500))).toBe("a".repeat(500));
    expect(escapeMarkdown("a".repeat(501))).toBe(`${"a".repeat(500)}…`);
    expect(escapeMarkdown("😀😀😀", { maxLength: 3 })).toBe("😀😀😀");
    expect(escapeMarkdown("😀😀😀😀", { maxLength: 3 })).toBe("😀😀😀…");
  });

  test("escapeMarkdown() leaves no markup, address or second line of any text", () => {
    const unit = fc.oneof(
      fc.constantFrom(
        "[",
        "]",
        "<",
        "`",
        "*",
        "_",
        "\\",
        "|",
        "&",
        "~",
        "{",
        "#",
        "-",
        "1.",
        "\n",
        " ",
        "://",
        "http",
        "www",
        ".",
        "@",
        "a",
      ),
      fc.string({ unit: "binary", maxLength: 2 }),
    );
    fc.assert(
      fc.property(fc.array(unit), (parts) => {
        const escaped = escapeMarkdown(parts.join(""));
        // What is escaped is a mere character, and keeps what stands around it apart.
        const bare = escaped.replace(/\\[\\`*[\]<&|~{}_#>+\-=.):]/g, "§");
        expect(bare).not.toMatch(/[\\`*[\]<&|~{}\r\n]|:\/\/|www\.|[\w.+-]@/i);
        expect(escaped).not.toMatch(/^\d*[#>+\-=.):]/);
      }),
    );
  });
});
