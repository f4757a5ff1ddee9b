/** Schemes whose addresses the WHATWG parser reads as web addresses: slashes may be missing or turned, hosts are normalised. */
export const SPECIAL_PORTS: ReadonlyMap<string, number> = new Map([
  ["http", 80],
  ["https", 443],
  ["ws", 80],
  ["wss", 443],
  ["ftp", 21],
]);

/** Schemes behind which two slashes begin a name that is no host. */
export const HOSTLESS_SCHEMES: ReadonlySet<string> = new Set([
  "about",
  "chrome",
  "chrome-extension",
  "data",
  "devtools",
  "edge",
  "expect",
  "gs",
  "javascript",
  "livescript",
  "moz-extension",
  "ms-browser-extension",
  "phar",
  "php",
  "resource",
  "s3",
  "vbscript",
]);

/** Schemes in front of another address. */
export const WRAPPING_SCHEMES: ReadonlySet<string> = new Set([
  "view-source",
  "blob",
  "jar",
  "feed",
  "filesystem",
  "url",
]);

/**
 * Schemes that browsers and HTTP clients act upon; an address of one of these is meant as such under any key.
 * Others (`s3:`, `postgres:`, `urn:`) count only where an address is expected.
 */
export const FETCHED_SCHEMES: ReadonlySet<string> = new Set([
  ...SPECIAL_PORTS.keys(),
  "file",
  "ftps",
  "sftp",
  "tftp",
  "gopher",
  "gophers",
  "dict",
  "ldap",
  "ldaps",
  "ldapi",
  "telnet",
  "smb",
  "smbs",
  "imap",
  "imaps",
  "pop3",
  "pop3s",
  "smtp",
  "smtps",
  "rtsp",
  "rtmp",
  "netdoc",
  "php",
  "phar",
  "expect",
  "chrome",
  "chrome-extension",
  "edge",
  "resource",
  "moz-extension",
  "ms-browser-extension",
]);

/** Schemes that need no slashes to be acted upon: what follows is run, shown or unwrapped as it stands. */
export const SLASHLESS_SCHEMES: ReadonlySet<string> = new Set([
  "javascript",
  "vbscript",
  "livescript",
  "view-source",
  "blob",
  "about",
  "jar",
  "data",
]);

/** Schemes of people's addresses: the sign `@` in them doesn't end a password. */
export const MESSAGE_SCHEMES: ReadonlySet<string> = new Set([
  "mailto",
  "sip",
  "sips",
  "xmpp",
  "acct",
  "im",
  "pres",
  "sms",
]);
