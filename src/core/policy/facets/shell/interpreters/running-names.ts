import type { Language } from "./interpreter-data.ts";

/** Names with which a program runs others, or text as a program. */
const COMMON = ["system", "exec", "popen", "eval", "spawn", "fork"];

const EXEC_FAMILY = [
  "execl",
  "execle",
  "execlp",
  "execlpe",
  "execv",
  "execve",
  "execvp",
  "execvpe",
  "spawnl",
  "spawnle",
].concat([
  "spawnlp",
  "spawnlpe",
  "spawnv",
  "spawnve",
  "spawnvp",
  "spawnvpe",
  "posix_spawn",
  "posix_spawnp",
  "popen2",
  "popen3",
  "popen4",
]);

const NAMES: Readonly<Record<Language, readonly string[]>> = {
  python: ["system", "popen", "exec", "eval", ...EXEC_FAMILY].concat(
    [
      "Popen",
      "check_output",
      "check_call",
      "getoutput",
      "getstatusoutput",
      "startfile",
      "compile",
      "__import__",
      "importlib",
    ],
    [
      "getattr",
      "globals",
      "__builtins__",
      "__dict__",
      "ctypes",
      "runpy",
      "runcode",
      "create_subprocess_exec",
      "create_subprocess_shell",
    ],
  ),
  node: [
    "exec",
    "execSync",
    "execFile",
    "execFileSync",
    "spawn",
    "spawnSync",
    "fork",
    "eval",
    "Function",
    "binding",
    "execa",
  ].concat(
    [
      "execaSync",
      "execaCommand",
      "execaCommandSync",
      "dlopen",
      "runInThisContext",
      "runInNewContext",
      "runInContext",
      "Command",
      "run",
    ],
    ["constructor", "shell", "require", "import"],
  ),
  ruby: [
    ...COMMON,
    "popen2",
    "popen2e",
    "popen3",
    "capture2",
    "capture2e",
    "capture3",
    "pipeline",
    "syscall",
    "instance_eval",
  ].concat([
    "class_eval",
    "module_eval",
    "send",
    "public_send",
    "__send__",
    "method",
    "posix_spawn",
    "PTY",
    "pipeline_r",
    "pipeline_w",
  ]),
  perl: [...COMMON, "readpipe", "open2", "open3", "syscall", "do"],
  php: [
    "system",
    "exec",
    "popen",
    "eval",
    "shell_exec",
    "passthru",
    "proc_open",
    "pcntl_exec",
    "assert",
    "create_function",
  ].concat(["call_user_func", "call_user_func_array", "usort", "array_map"]),
  lua: ["execute", "popen", "load", "loadstring", "dofile"],
  awk: ["system"],
  other: [
    ...COMMON,
    "execute",
    "cmd",
    "run",
    "shell",
    "sh",
    "system2",
    "process",
    "call",
    "ProcessBuilder",
    "getRuntime",
  ].concat(
    [
      "script",
      "command",
      "os",
      "shell-command",
      "shell-command-to-string",
      "call-process",
      "start-process",
      "run-program",
    ],
    ["run-shell-command"],
  ),
};

const SETS: ReadonlyMap<Language, ReadonlySet<string>> = new Map(
  Object.entries(NAMES).map(([language, names]) => [language as Language, new Set(names)]),
);

/** With one of these modules, further names of a Python program run others. */
const PYTHON_MODULES = /\b(?:subprocess|pty|sh|plumbum|invoke|fabric)\b/;
const PYTHON_MODULE_NAMES: ReadonlySet<string> = new Set([...NAMES.python, "run", "call", "spawn", "Command"]);

/** Without one of these a JavaScript program can't reach what runs others: its `exec` compares a text with a pattern. */
const NODE_MODULES =
  /child_process|\bbinding\b|\bBun\b|\bDeno\b|execa|shelljs|\bzx\b|\beval\b|\bFunction\b|\bvm\b|constructor|dlopen|(?:require|import)\s*\((?!\s*["'`][\w@:/.-]+["'`]\s*\))/;

const NO_NAMES: ReadonlySet<string> = new Set();

/** The names with which this program may run others. */
export function findRunningNames(language: Language, text: string): ReadonlySet<string> {
  if (language === "node" && !NODE_MODULES.test(text)) return NO_NAMES;
  if (language === "python" && PYTHON_MODULES.test(text)) return PYTHON_MODULE_NAMES;
  return SETS.get(language) ?? NO_NAMES;
}
