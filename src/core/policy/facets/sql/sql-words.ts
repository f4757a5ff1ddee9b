/** Words that begin a statement in some dialect: a text that begins with another one is no SQL. */
export const FIRST_WORDS: ReadonlySet<string> = new Set(
  `abort alter analyze attach backup begin call checkpoint close cluster comment commit copy create deallocate declare
   delete deny desc describe detach discard do drop dump end exec execute explain export fetch flush from go grant handler
   import insert kill listen load lock merge move notify optimize pragma prepare purge reassign refresh reindex release
   rename repair replace reset restore revoke rollback save savepoint security select set show shutdown start stop table
   truncate undrop unlisten unload unlock update upsert use vacuum values with`.split(/\s+/),
);

/** Of these, words that can do harm when only another server's reading of a text begins a statement with them. */
export const HARMFUL_FIRST_WORDS: ReadonlySet<string> = new Set(
  `alter call comment create delete deny drop exec execute grant handler import kill load merge purge rename replace
   restore revoke shutdown truncate update upsert`.split(/\s+/),
);

/** Characters of a text in which its first word is looked for. Our choice: longer ones begin no statement. */
const START_CHARS = 200;

/** Whether the first word of a text, behind spaces and parentheses, begins a statement, also in letters that only look like it. */
export function beginsLikeSql(text: string): boolean {
  const start = text
    .slice(0, START_CHARS)
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "");
  const word = /^[\s(;]*([a-z]+)/i.exec(start)?.[1];
  return word !== undefined && FIRST_WORDS.has(word.toLowerCase());
}

/** Whether a text may begin a statement: as {@link beginsLikeSql}, or behind a comment. */
export function mayBeginSql(text: string): boolean {
  return /^[\s(;]*(?:--|\/\*|#)/.test(text) || beginsLikeSql(text);
}
