import { redactAssignments } from "./assignments.ts";
import { REDACTED } from "./redacted.ts";
import { createKeyJudge, type KeyJudge } from "./secret-keys.ts";
import { growPointerTree } from "./secret-pointers.ts";
import { redactPrivateKeys, redactTokens, redactUserInfo } from "./secret-text.ts";
import { copyRedacted } from "./redacted-copy.ts";

/** What is to be redacted besides the built-in patterns. */
export interface RedactorOptions {
  /** Further key names, such as `iban` or `tax id`; matched like the built-in ones, in any case and with any separators. */
  readonly extraKeyPatterns?: readonly string[];
}

/** Takes secrets out of values before anyone but the action sees them. Never throws and never changes what it is given. */
export interface Redactor {
  /**
   * A deep copy, fit for JSON, in which `"[redacted]"` stands for what is secret by its key, by its own form anywhere in
   * a text, or because an RFC 6901 pointer of `secretFields` leads to it. Redacting the copy again changes nothing.
   */
  redact(value: unknown, secretFields?: readonly string[]): unknown;
  /** The text with `"[redacted]"` for each secret in it; what surrounds them stays. */
  redactText(text: string): string;
}

/** Characters of a text that is searched at all; a longer one is redacted whole. Our choice: 16 times the largest input. */
const MAX_TEXT_LENGTH = 1_048_576;

/** `otp=1`: nothing shorter holds a secret and says so. */
const MIN_TEXT_LENGTH = 5;

/** A redactor. Make one per process: it remembers how it judged keys. */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  const judge = createKeyJudge(options.extraKeyPatterns ?? []);
  const redactText = (text: string): string => redactSecretText(text, judge);
  return {
    redact: (value, secretFields = []) =>
      copyRedacted(value, { judge, redactText, pointers: growPointerTree(secretFields) }),
    redactText,
  };
}

/** What is redacted can bring together what stood apart, so a text that changed is searched again, at most twice. */
function redactSecretText(text: string, judge: KeyJudge): string {
  if (text.length < MIN_TEXT_LENGTH) return text;
  if (text.length > MAX_TEXT_LENGTH) return REDACTED;
  const once = redactOnce(text, judge);
  if (once === text) return text;
  const twice = redactOnce(once, judge);
  return twice === once ? once : redactOnce(twice, judge);
}

/** What is recognisable by itself first; its key then takes the rest of a value of which only a part was. */
function redactOnce(text: string, judge: KeyJudge): string {
  return redactAssignments(redactTokens(redactUserInfo(redactPrivateKeys(text))), judge);
}
