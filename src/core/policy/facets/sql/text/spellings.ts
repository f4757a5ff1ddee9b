import type { Dialect } from "../sql-source.ts";
import type { Spelling } from "./token.ts";

/** Settings that change what quotes mean. */
const QUOTE_SETTINGS = /sql_mode|standard_conforming_strings|backslash_quote/i;
/** What MySQL and others tell apart differently. */
const AMBIGUOUS = /[\\#]|--\S|\|\||&&/;

/** The ways in which a text may be read; more than one only where that makes a difference. */
export function spellingsOf(text: string, dialect: Dialect): readonly Spelling[] {
  if (QUOTE_SETTINGS.test(text)) return ["standard", "mysql_ansi", "mysql"];
  switch (dialect) {
    case "postgres":
      return ["standard"];
    case "mysql":
      return ["mysql"];
    case "any":
      return AMBIGUOUS.test(text) ? ["standard", "mysql_ansi"] : ["standard"];
  }
}
