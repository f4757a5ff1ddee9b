/** What an action can do, told by whole words of its name. */
export const CAPABILITIES = ["shell", "file_read", "file_write", "http", "sql", "browser"] as const;

/** See {@link CAPABILITIES}. */
export type Capability = (typeof CAPABILITIES)[number];

/** Words of action names by capability, in lower case; those that a document adds to the built-in ones. */
export type CapabilityNames = Readonly<Partial<Record<Capability, readonly string[]>>>;

/** The capabilities that a name's words speak of. */
export function findCapabilities(words: ReadonlySet<string>, added: CapabilityNames): ReadonlySet<Capability> {
  void words;
  void added;
  return new Set();
}
