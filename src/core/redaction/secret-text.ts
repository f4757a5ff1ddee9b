import { REDACTED } from "./redacted.ts";

/**
 * Every pattern here is linear in the text: a run of characters has one place where a match can begin, is taken whole,
 * and is judged afterwards, so nothing is scanned twice.
 */

/** A private key block in PEM form, up to its end or, if that is cut off, to the end of the text. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g;

/** An authorization header's scheme and what follows it. */
const SCHEME = /(?<![A-Za-z0-9])((?:bearer|basic)[ \t]{1,8})([A-Za-z0-9._~+/=-]{4,})/gi;

/** A JSON Web Token, signed or encrypted: base64url parts that begin with `{"`. */
const JSON_WEB_TOKEN = /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,3})?/g;

/** Keys that their issuers made recognisable, at least as long as real ones, with whatever is glued to their end. */
const KNOWN_KEY = new RegExp(
  `(?<![A-Za-z0-9])(?:${[
    "csk_[\\w-]{20,}", // our own
    "sk-[\\w-]{10,}", // OpenAI, Anthropic
    "[sr]k_(?:live|test)_\\w{8,}|whsec_[\\w+/=-]{16,}", // Stripe, Standard Webhooks
    "gh[oprsu]_\\w{16,}|github_pat_\\w{16,}", // GitHub
    "gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt|oas)-[\\w-]{10,}", // GitLab
    "xox[abceoprs]-[\\w-]{8,}|xapp-[\\w-]{16,}", // Slack
    "(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}", // Amazon
    "AIza[\\w-]{20,}|ya29\\.[\\w-]{16,}|GOCSPX-[\\w-]{16,}", // Google
    "npm_\\w{16,}|pypi-[\\w-]{16,}|dckr_pat_[\\w-]{16,}", // package registries
    "hf_\\w{16,}|r8_\\w{16,}|gsk_\\w{16,}|xai-[\\w-]{16,}", // model hosts
    "SG\\.[\\w-]{8,}\\.[\\w-]{8,}|key-[0-9a-f]{32}", // mail senders
    "hv[sbr]\\.[\\w-]{16,}|dop_v1_\\w{16,}|shp(?:at|ss|ca|pa)_\\w{16,}|sq0[a-z]{3}-[\\w-]{16,}|AGE-SECRET-KEY-1\\w{16,}",
  ].join("|")})[\\w-]*`,
  "g",
);

/** What stands before the host in a URL. */
const USER_INFO = /:\/\/([^\s/?#"'`<>\\]*)@/g;

/** A user name without password that is as long as this can only be a token. */
const TOKEN_LENGTH = 20;

/** Takes private key blocks out of a text. Before all else: what is left of a block would not be recognised. */
export function redactPrivateKeys(text: string): string {
  return text.includes("PRIVATE KEY") ? text.replace(PRIVATE_KEY, REDACTED) : text;
}

/** Takes passwords before the `@` of URLs out of a text; the user's name stays. */
export function redactUserInfo(text: string): string {
  return text.includes("://") ? text.replace(USER_INFO, (_, info: string) => `://${redactUser(info)}@`) : text;
}

/** Takes what is recognisable by itself out of a text: credentials after their scheme, JSON Web Tokens, well-known keys. */
export function redactTokens(text: string): string {
  return text
    .replace(SCHEME, (match, scheme: string, credential: string) =>
      isCredential(scheme, credential) ? scheme + REDACTED : match,
    )
    .replace(JSON_WEB_TOKEN, (match, rest: string | undefined) => (rest === undefined ? match : REDACTED))
    .replace(KNOWN_KEY, REDACTED);
}

function redactUser(info: string): string {
  const colon = info.indexOf(":");
  if (colon < 0) return info.length < TOKEN_LENGTH ? info : REDACTED;
  // An empty password means that the user's name is the key, as some services have it.
  if (colon === info.length - 1) return colon === 0 ? info : `${REDACTED}:`;
  return `${info.slice(0, colon)}:${REDACTED}`;
}

/** Tells `Basic dXNlcjpwYXNz` from "basic understanding" and `Bearer abc123` from "bearer of". */
function isCredential(scheme: string, text: string): boolean {
  if (text.length >= (/^bearer/i.test(scheme) ? 8 : 20)) return true;
  return /[0-9=_+]|[a-z][A-Z]/.test(text);
}
