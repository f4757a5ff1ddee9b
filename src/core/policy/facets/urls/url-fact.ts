/** What kind of place a literal address leads to. */
export const ADDRESS_CLASSES = [
  "loopback",
  "private",
  "link_local",
  "metadata",
  "unspecified",
  "reserved",
  "public",
] as const;

/** See {@link ADDRESS_CLASSES}. `metadata` are the services that hand out a cloud machine's credentials. */
export type AddressClass = (typeof ADDRESS_CLASSES)[number];

/** A host in normal form and what can be said of it without asking any name server. */
export interface HostFact {
  /** In lower case, in ASCII, without a trailing dot; addresses in their usual notation, IPv6 without brackets; empty where there is none. */
  readonly host: string;
  /** Classes of the address, several where one stands inside another or can be read in two ways; for names only what their spelling says. */
  readonly classes: readonly AddressClass[];
  /** Whether it is a name that looks as if it led inside: `localhost`, a single label, `.internal`, a helper for rebinding. */
  readonly isInternalName: boolean;
}

/** One web address of a call. A name that leads inside only by what its name server answers can't be told from any other. */
export interface UrlFact {
  /** In lower case, without its colon; empty where a bare host is connected to; undefined when it can't be known. */
  readonly scheme: string | undefined;
  /** Undefined when it can't be known. */
  readonly host: HostFact | undefined;
  /** The scheme's own where the address names none; undefined when there is none or it can't be known. */
  readonly port: number | undefined;
  /** Whether a user name or password stands in it; undefined when it can't be known. */
  readonly hasCredentials: boolean | undefined;
  /** Whether what it answers is saved as a file. */
  readonly isDownload: boolean;
}

/** The web addresses of a call. */
export interface UrlFacet {
  /** In the order in which they were found. */
  readonly urls: readonly UrlFact[];
}

/** Stands where some address may be and nothing of it can be known. */
export const UNKNOWN_URL: UrlFact = Object.freeze({
  scheme: undefined,
  host: undefined,
  port: undefined,
  hasCredentials: undefined,
  isDownload: false,
});
