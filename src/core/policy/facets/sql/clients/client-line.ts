import type { Word } from "../../shell/command.ts";
import type { SqlClient } from "./sql-clients.ts";

/** What a client's command line says. */
export interface ClientLine {
  /** SQL in its options and operands. */
  readonly texts: readonly Word[];
  /** Whether it runs a file, or words that can't be known may be options. */
  readonly isUnknown: boolean;
  /** Whether it reads no SQL at all. */
  readonly isIdle: boolean;
  /** Whether variables are set that stand in for names. */
  readonly hasVariables: boolean;
}

/** What an option is for. */
type Role = "sql" | "file" | "value" | "variable" | "joined" | "idle" | "flag";

/** An option of one word, and a value that is joined to it. */
interface Option {
  readonly role: Role;
  readonly value: string | undefined;
}

/** Reads a client's words. One pass, so linear. */
export function readClientLine(args: readonly Word[], client: SqlClient): ClientLine {
  const texts: Word[] = [];
  const operands: Word[] = [];
  const roles = new Set<Role>();
  let isUnknown = false;
  let next = 0; // behind an option whose value is a word of its own
  for (const [index, word] of args.entries()) {
    if (index < next) continue;
    isUnknown ||= word.mayBeMany;
    const option = readOption(word.text, client);
    if (option === undefined) {
      operands.push(word);
      continue;
    }
    const { role } = option;
    roles.add(role);
    const isAlone = option.value === undefined && role !== "flag";
    const value = isAlone ? args[index + 1] : { ...word, text: option.value ?? "" };
    if (isAlone) next = index + 2;
    if (role === "sql" && value !== undefined) texts.push(value);
    if (role === "file" && value?.text !== "-") isUnknown = true;
  }
  if (client.sqlOperand !== undefined) texts.push(...operands.slice(client.sqlOperand));
  return { texts, isUnknown, isIdle: roles.has("idle"), hasVariables: roles.has("variable") };
}

/** Undefined for an operand. */
function readOption(text: string, client: SqlClient): Option | undefined {
  if (!/^-[^\s]/.test(text) || text === "--") return undefined;
  if (text.startsWith("--") || client.hasLongSingleDash === true) return readLong(text, client);
  return readCluster(text, client);
}

/** A long option, perhaps abbreviated, perhaps with its value behind `=`. */
function readLong(text: string, client: SqlClient): Option {
  const equals = text.indexOf("=");
  if (equals >= 0) return { role: roleOf(text.slice(0, equals), client), value: text.slice(equals + 1) };
  const role = roleOf(text, client);
  return { role, value: role === "idle" ? "" : undefined };
}

/** Letters behind one dash: the first that takes a value ends them. */
function readCluster(text: string, client: SqlClient): Option {
  for (let index = 1; index < text.length; index += 1) {
    const role = roleOf(`-${text.charAt(index)}`, client);
    const rest = text.slice(index + 1).replace(/^=/, "");
    if (role === "idle" || role === "joined") return { role, value: rest };
    if (role !== "flag") return { role, value: rest === "" ? undefined : rest };
  }
  return { role: "flag", value: undefined };
}

function roleOf(name: string, client: SqlClient): Role {
  const { sql, file = [], values = [], joined = [], variables = [], idle = [] } = client;
  if (sql.some((option) => isSpelled(option, name))) return "sql";
  if (file.some((option) => isSpelled(option, name))) return "file";
  if (variables.some((option) => isSpelled(option, name))) return "variable";
  if (values.includes(name)) return "value";
  if (joined.includes(name)) return "joined";
  return idle.includes(name) ? "idle" : "flag";
}

/** Long options may be abbreviated. */
function isSpelled(option: string, typed: string): boolean {
  return option === typed || (typed.length >= 4 && typed.startsWith("--") && option.startsWith(typed));
}
