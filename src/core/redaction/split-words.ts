const NOT_ASCII = /[^\x00-\x7f]/;
const SEPARATORS = /[^\p{L}\p{N}]+/u;

/** Where a word ends inside a chunk: `dbPassword`, `APIKey`, `password2`, `2fa`. */
const INNER_BREAK = /(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u;

/** A name in two readings, both in lower case. */
export interface NameWords {
  /** Parted by separators only: `userPassword_old` is `userpassword`, `old`. Right when the case means nothing. */
  readonly chunks: readonly string[];
  /** Parted by case and digits as well: `user`, `password`, `old`. */
  readonly words: readonly string[];
}

/** Parts a name such as `X-API-Key`, `dbPassword` or `card number` into its words. */
export function splitWords(name: string): NameWords {
  const text = NOT_ASCII.test(name) ? name.normalize("NFKC") : name;
  const chunks = text.split(SEPARATORS).filter((chunk) => chunk !== "");
  const words = chunks.flatMap((chunk) => chunk.split(INNER_BREAK));
  return { chunks: chunks.map((chunk) => chunk.toLowerCase()), words: words.map((word) => word.toLowerCase()) };
}
