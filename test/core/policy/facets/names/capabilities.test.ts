import { describe, expect, it } from "vitest";
import { findCapabilities } from "../../../../../src/core/policy/facets/names/capabilities.ts";
import { splitNameWords } from "../../../../../src/core/policy/facets/names/name-words.ts";

function capabilitiesOf(name: string): string {
  return [...findCapabilities(splitNameWords(name), {})].sort().join(" ");
}

describe("findCapabilities", () => {
  it.each<[expected: string, names: readonly string[]]>([
    [
      "shell",
      [
        "Bash",
        "execute_bash",
        "run_command",
        "runCommand",
        "shell",
        "terminal",
        "exec",
        "PowerShell",
        "powershell",
        "run_script",
        "execute_code",
        "start_process",
        "ssh_exec",
        "send_command",
        "mcp__desktop__execute_command",
      ],
    ],
    ["file_read", ["Read", "read_file", "readFile", "open_file", "Grep", "Glob", "LS", "view_file", "list_directory"]],
    [
      "file_write",
      [
        "Write",
        "create_file",
        "str_replace_based_edit_tool",
        "MultiEdit",
        "NotebookEdit",
        "apply_patch",
        "mcp__filesystem__write_file",
        "fs.unlink",
        "delete_directory",
      ],
    ],
    ["file_read file_write", ["str_replace_editor", "copy_file", "download_file"]],
    ["http", ["http_get", "HTTPRequest", "fetch", "WebFetch", "web_request", "curl", "api_call", "send_webhook"]],
    ["browser", ["browser_navigate", "playwright_click", "goto", "open_tab"]],
    ["browser http", ["open_url", "visit_page"]],
    [
      "sql",
      ["postgres", "mysql", "MySQL", "sqlite3", "run_query", "execute_sql", "exec_sql", "database", "db", "BigQuery"],
    ],
    [
      "",
      [
        "credit_lookup",
        "feedback_submit",
        "concatenate",
        "reshell",
        "rewriter",
        "already_seen",
        "run_report",
        "open",
        "open_ticket",
        "create_ticket",
        "billing.issue_refund",
        "curling_results",
        "",
      ],
    ],
  ])("findCapabilities() finds %j in %j", (expected, names) => {
    expect(names.map((name) => [name, capabilitiesOf(name)])).toEqual(names.map((name) => [name, expected]));
  });

  it("findCapabilities() adds the words of a document, by whole words too", () => {
    const added = { shell: ["runner", "Do_It"], sql: ["warehouse"] };
    expect(findCapabilities(splitNameWords("do.itNow"), added)).toEqual(new Set(["shell"]));
    expect(findCapabilities(splitNameWords("do_that"), added)).toEqual(new Set());
    expect(findCapabilities(splitNameWords("my_runner"), added)).toEqual(new Set(["shell"]));
    expect(findCapabilities(splitNameWords("WarehouseRead"), added)).toEqual(new Set(["file_read", "sql"]));
    expect(findCapabilities(splitNameWords("forerunners"), added)).toEqual(new Set());
  });
});
