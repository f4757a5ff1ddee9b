import type { Capability } from "./capabilities.ts";

/** Words that together say what an action can do. */
export interface CapabilityRule {
  /** What the action can do. */
  readonly capability: Capability;
  /** One of these is in the name. */
  readonly words: readonly string[];
  /** One of these is in it too; absent where the words are enough by themselves. */
  readonly beside?: readonly string[];
  /** None of these is in it. */
  readonly unless?: readonly string[];
}

const RUN_WORDS = ["run", "execute", "exec", "spawn", "invoke", "launch", "eval"];
const COMMAND_WORDS = ["command", "commands", "commandline", "cmd", "cmds", "script", "scripts", "code", "process"];
const PROGRAM_WORDS = ["program", "binary", "executable", "subprocess", "console", "cli"];
const SQL_WORDS = ["sql", "query", "queries", "statement", "statements", "transaction"];
const FILE_WORDS = [
  "file",
  "files",
  "filesystem",
  "fs",
  "directory",
  "directories",
  "dir",
  "folder",
  "folders",
  "path",
];
const DOCUMENT_WORDS = ["notebook", "disk", "symlink", "symlinks"];
const WEB_WORDS = ["url", "urls", "uri", "web", "webpage", "website", "site", "page", "pages", "html", "link", "links"];

/** What words of action names say. Words alone are those that hardly mean anything else; the others need company. */
export const CAPABILITY_RULES: readonly CapabilityRule[] = [
  {
    capability: "shell",
    words: [
      "bash",
      "sh",
      "zsh",
      "ksh",
      "csh",
      "tcsh",
      "shell",
      "shells",
      "terminal",
      "powershell",
      "pwsh",
      "cmd",
      "ssh",
    ],
  },
  { capability: "shell", words: ["subprocess", "commandline", "runcommand", "execcommand", "shellexec", "tty", "pty"] },
  { capability: "shell", words: ["exec"], unless: SQL_WORDS },
  { capability: "shell", words: ["power"], beside: ["shell"] },
  { capability: "shell", words: RUN_WORDS, beside: [...COMMAND_WORDS, ...PROGRAM_WORDS], unless: SQL_WORDS },
  {
    capability: "shell",
    words: ["start", "create", "open"],
    beside: ["process", "processes", "subprocess", "console"],
  },
  {
    capability: "shell",
    words: ["command", "commands"],
    beside: ["line", "send", "issue", "remote", "system", "host", "os"],
  },
  { capability: "shell", words: ["os", "host"], beside: ["system", "exec"] },

  { capability: "file_read", words: ["read", "readfile", "openfile", "viewfile", "view", "cat", "head", "tail"] },
  { capability: "file_read", words: ["grep", "ripgrep", "rg", "glob", "ls", "editor"] },
  {
    capability: "file_read",
    words: ["open", "load", "get", "show", "fetch", "list", "search", "find", "parse", "import", "attach", "upload"],
    beside: FILE_WORDS,
  },
  {
    capability: "file_read",
    words: ["copy", "cp", "stat", "print", "display", "download", "extract"],
    beside: FILE_WORDS,
  },

  { capability: "file_write", words: ["write", "writefile", "createfile", "editfile", "savefile", "deletefile"] },
  { capability: "file_write", words: ["edit", "multiedit", "notebookedit", "editor", "overwrite", "applypatch"] },
  { capability: "file_write", words: ["mkdir", "rmdir", "rm", "mv", "cp", "unlink", "chmod", "chown", "tee"] },
  { capability: "file_write", words: ["str"], beside: ["replace"] },
  { capability: "file_write", words: ["apply"], beside: ["patch", "diff", "edits"] },
  {
    capability: "file_write",
    words: [
      "create",
      "save",
      "append",
      "insert",
      "update",
      "modify",
      "replace",
      "patch",
      "put",
      "set",
      "touch",
      "truncate",
    ],
    beside: [...FILE_WORDS, ...DOCUMENT_WORDS],
  },
  {
    capability: "file_write",
    words: ["delete", "remove", "move", "rename", "copy", "make", "add", "link", "download", "extract", "export"],
    beside: [...FILE_WORDS, ...DOCUMENT_WORDS],
  },

  {
    capability: "http",
    words: ["http", "https", "httpx", "fetch", "webfetch", "curl", "wget", "axios", "scrape", "crawl"],
  },
  { capability: "http", words: ["scraper", "crawler", "webhook", "webhooks", "requests", "httpget", "httprequest"] },
  { capability: "http", words: ["request"], beside: ["web", "url", "api", "rest", "get", "post", "send", "make"] },
  { capability: "http", words: ["api"], beside: ["call", "get", "post", "send", "rest"] },
  {
    capability: "http",
    words: [
      "get",
      "open",
      "read",
      "load",
      "visit",
      "download",
      "post",
      "call",
      "check",
      "ping",
      "extract",
      "screenshot",
    ],
    beside: WEB_WORDS,
  },

  { capability: "sql", words: ["sql", "mysql", "postgres", "postgresql", "psql", "pg", "sqlite", "mssql", "mariadb"] },
  {
    capability: "sql",
    words: ["tsql", "plsql", "duckdb", "bigquery", "snowflake", "redshift", "clickhouse", "cockroachdb"],
  },
  { capability: "sql", words: ["database", "databases", "db", "dbs", "sqlserver", "supabase", "timescaledb"] },
  { capability: "sql", words: ["big"], beside: ["query"] },
  {
    capability: "sql",
    words: ["query", "queries"],
    beside: [...RUN_WORDS, "read", "write", "raw", "select", "table", "tables"],
  },

  {
    capability: "browser",
    words: ["browser", "browse", "browsing", "chrome", "chromium", "firefox", "safari", "webview"],
  },
  { capability: "browser", words: ["playwright", "puppeteer", "selenium", "webdriver", "navigate", "goto", "visit"] },
  { capability: "browser", words: ["open", "go", "view"], beside: [...WEB_WORDS, "tab"] },
];
