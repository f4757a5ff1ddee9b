import { splitNameWords } from "../../names/name-words.ts";

/** What a key of an input says about the texts below it, as far as commands go. */
export type KeyRole =
  "command" | "commands" | "program" | "args" | "directory" | "env" | "stdin" | "language" | "about" | "other";

/** Keys of a command, as words in lower case joined by `_`. */
const COMMAND_KEYS = ["command_line", "cmd_line", "command_text", "command_string", "command_str", "cmd_str"]
  .concat(["command_to_run", "command_to_execute", "cmd_to_run", "shell", "bash", "sh", "zsh", "powershell", "pwsh"])
  .concat(["exec", "execute", "cmdline", "commandline", "argv", "shell_line", "shell_input", "shell_code"])
  .concat(["bash_code", "one_liner", "oneliner", "run_shell", "run_bash", "exec_start"]);

/** Keys of several commands, one on each line or in each member. */
const COMMANDS_KEYS = ["script", "scripts", "command_list", "cmd_list", "command_lines", "run_script", "inline_script"];

const PROGRAM_KEYS = ["program", "executable", "exe", "binary", "bin", "executable_path", "program_path", "file"];

const ARGS_KEYS = ["args", "arguments", "arg", "argument", "params", "parameters", "command_args", "cmd_args"].concat([
  "command_arguments",
  "program_args",
  "program_arguments",
  "arg_list",
  "options",
  "flags",
]);

const DIRECTORY_KEYS = ["cwd", "working_directory", "working_dir", "work_dir", "workdir", "workingdir", "dir"].concat([
  "directory",
  "current_directory",
  "current_dir",
  "chdir",
  "run_in",
  "start_directory",
  "workingdirectory",
  "workspace",
  "folder",
]);

const ENV_KEYS = ["env", "environment", "envs", "env_vars", "environment_variables", "env_variables", "envvars"];

const STDIN_KEYS = ["stdin", "input", "stdin_text", "std_in", "stdin_input", "stdin_data", "input_text", "pipe_input"];

const LANGUAGE_KEYS = ["language", "lang", "interpreter", "runtime", "kernel", "syntax"];

/** Words of keys whose texts say something about a call and are not run. */
const ABOUT_WORDS = ["description", "desc", "title", "name", "label", "id", "uuid", "uid", "reason", "explanation"]
  .concat(["comment", "note", "purpose", "intent", "thought", "thoughts", "reasoning", "justification", "summary"])
  .concat(["timeout", "user", "username", "host", "hostname", "session", "terminal", "tab", "mode", "type", "kind"])
  .concat(["status", "state", "risk", "priority", "encoding", "format", "filter", "output", "time", "timestamp"])
  .concat(["version", "model", "agent", "role", "tag", "tags", "category", "signal", "token", "password", "port"])
  .concat(["metadata", "meta", "image", "container", "region", "limit", "duration"]);

const ROLES: ReadonlyMap<string, KeyRole> = new Map([
  ...list(ABOUT_WORDS, "about"),
  ...list(["command", "cmd", ...COMMAND_KEYS], "command"),
  ...list(COMMANDS_KEYS, "commands"),
  ...list(PROGRAM_KEYS, "program"),
  ...list(ARGS_KEYS, "args"),
  ...list(DIRECTORY_KEYS, "directory"),
  ...list(ENV_KEYS, "env"),
  ...list(STDIN_KEYS, "stdin"),
  ...list(LANGUAGE_KEYS, "language"),
]);

/** The last word of a key decides where no whole key is known: `start_command` and `preDeployCommands`. */
const ENDINGS: ReadonlyMap<string, KeyRole> = new Map([
  ...list(["command", "cmd"], "command"),
  ...list(["commands", "cmds"], "commands"),
  ...list(ABOUT_WORDS, "about"),
]);

function list(keys: readonly string[], role: KeyRole): [string, KeyRole][] {
  return keys.map((key) => [key, role]);
}

/** Keys that were looked at, so that the usual ones are split into words once; bounded, because anyone can make up keys. */
const seen = new Map<string, KeyRole>();
const MAX_SEEN = 1_000;

/** What a key says; letter case and the way in which its words are joined don't matter. */
export function readKeyRole(key: string): KeyRole {
  const known = ROLES.get(key) ?? seen.get(key);
  if (known !== undefined) return known;
  const words = [...splitNameWords(key)];
  const role = ROLES.get(words.join("_")) ?? ENDINGS.get(words.at(-1) ?? "") ?? "other";
  if (seen.size < MAX_SEEN) seen.set(key, role);
  return role;
}
