import type { FactLog } from "../fact-log.ts";
import { parsePostgres } from "../postgres-parser.ts";
import { nodeOfType } from "../tree/node.ts";
import { walkStatement } from "../tree/walk-statement.ts";
import type { Session } from "../tree/walk.ts";

/** Commands of psql that look, format or talk; `\g` without a target only sends the statement before it. */
const HARMLESS_META =
  /^\\(?:d[a-zA-Z]*|l|z|s[fv]|x|t|a|H|f|C|T|timing|pset|echo|qecho|warn|q|conninfo|encoding|errverbose|h|help|\?|c|connect|if|elif|else|endif|gdesc|p|r|g|gx)(?![a-zA-Z])/;

/** Commands of sqlite3 that look, format or talk. */
const HARMLESS_DOT =
  /^\.(?:tables|schema|fullschema|headers?|mode|databases|dump|ind(?:ex|ic)es|width|separator|help|timeout|echo|nullvalue|stats|show|quit|exit|timer|changes|bail|print|version|dbinfo|eqp|explain)(?:\s|$)/;

/** Adds what a command of psql does, from its backslash to the end of its line. */
export function readMeta(meta: string, log: FactLog, session: Session): void {
  const isSimple = !/[`|\u0000]/.test(meta) && meta.lastIndexOf("\\") === 0;
  if (isSimple && HARMLESS_META.test(meta) && !/^\\gx?\s+\S/.test(meta)) return;
  if (!isSimple || !readCopy(meta, log, session)) log.addUnknown();
}

/** `\copy` is COPY with a file or program of the client's; false when it isn't, or runs a program. */
function readCopy(meta: string, log: FactLog, session: Session): boolean {
  const rest = /^\\copy\s([^]+)$/i.exec(meta)?.[1];
  const copy = rest === undefined ? undefined : nodeOfType(parsePostgres(`COPY ${rest}`)?.[0], "CopyStmt");
  if (copy === undefined || copy["is_program"] === true) return false;
  const { filename: _, ...node } = copy;
  walkStatement({ CopyStmt: node }, log, session);
  return true;
}

/** Takes commands of sqlite3, which stand on lines of their own between statements, out of a text; adds what they do. */
export function takeDotCommands(text: string, log: FactLog): string {
  if (!text.startsWith(".") && !text.includes("\n.")) return text;
  const rest: string[] = [];
  let isBetween = true;
  for (const line of text.split("\n")) {
    if (isBetween && line.startsWith(".")) {
      if (!HARMLESS_DOT.test(line)) log.addUnknown();
    } else {
      rest.push(line);
      if (line.trim() !== "") isBetween = line.trimEnd().endsWith(";");
    }
  }
  return rest.join("\n");
}
