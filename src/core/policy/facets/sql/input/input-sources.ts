import type { InputValue } from "../../input.ts";
import type { FacetSource } from "../../source.ts";
import type { SqlReader } from "../read-sql.ts";
import type { Certainty, Dialect } from "../sql-source.ts";
import { type KeyPlace, type KeyRole, roleOfKey } from "./sql-keys.ts";

const POSTGRES_WORDS = "postgres postgresql psql pg pgsql supabase timescaledb cockroachdb redshift neon".split(" ");
const MYSQL_WORDS = ["mysql", "mariadb"];
const SEARCH_WORDS = ["search", "find", "lookup", "retrieve", "ask"];

/** Keys whose words are looked at; of those beyond it counts what they sound like. Our choice: no tool has as many. */
const MAX_KEYS = 500;
const MAX_KEY_CHARS = 100;
const SOUNDS_LIKE_SQL = /sql|quer|statement|stmt|ddl|dml/i;

/** Reads the SQL of a database tool's input: texts under keys for it at any depth, a bare text, and a text that is the only one. */
export function readInputSql(source: FacetSource, reader: SqlReader): void {
  const { value, texts, isCut } = source.input;
  if (isCut) reader.addUnknown();
  const found: FoundTexts = { certain: [], probable: [], possible: [] };
  const isSearch = SEARCH_WORDS.some((word) => source.nameWords.has(word));
  const isBare = typeof value === "string" || Array.isArray(value);
  const finder = new TextFinder(found, { isOnlyText: texts.length === 1, isSearch });
  finder.find(value, isBare && !isSearch ? "certain" : "probable");
  const dialect = dialectOf(source);
  // The limits are spent on what is SQL for sure before they are on what may be.
  for (const certainty of ["certain", "probable", "possible"] as const) {
    for (const text of found[certainty]) reader.read({ text, dialect, certainty });
  }
}

type FoundTexts = Readonly<Record<Certainty, string[]>>;

class TextFinder {
  readonly #found: FoundTexts;
  readonly #place: KeyPlace;
  /** The same keys come again and again in lists. */
  readonly #roles = new Map<string, KeyRole>();

  constructor(found: FoundTexts, place: KeyPlace) {
    this.#found = found;
    this.#place = place;
  }

  find(value: InputValue, role: Certainty): void {
    if (typeof value === "string") this.#found[role].push(value);
    else if (isList(value)) for (const item of value) this.find(item, role);
    else if (typeof value === "object" && value !== null) {
      for (const key in value) {
        const member = value[key];
        const own = this.#roleOf(key);
        // What is bound to placeholders stays so, whatever it is called.
        if (member !== undefined && own !== "never") this.find(member, own);
      }
    }
  }

  #roleOf(key: string): KeyRole {
    let role = this.#roles.get(key);
    if (role !== undefined) return role;
    const isUsual = key.length <= MAX_KEY_CHARS && this.#roles.size < MAX_KEYS;
    if (!isUsual) return SOUNDS_LIKE_SQL.test(key) ? "certain" : "possible";
    role = roleOfKey(key, this.#place);
    this.#roles.set(key, role);
    return role;
  }
}

function isList(value: InputValue): value is readonly InputValue[] {
  return Array.isArray(value);
}

function dialectOf({ nameWords }: FacetSource): Dialect {
  const isPostgres = POSTGRES_WORDS.some((word) => nameWords.has(word));
  const isMysql = MYSQL_WORDS.some((word) => nameWords.has(word));
  if (isPostgres === isMysql) return "any";
  return isPostgres ? "postgres" : "mysql";
}
