import { findAssignedValue } from "./assigned-value.ts";
import { REDACTED } from "./redacted.ts";
import type { KeyJudge, KeyMeaning } from "./secret-keys.ts";

/**
 * A key and what parts it from its value: `key=`, `"key": `, `key => `, `user[key]=`, and the same inside a JSON text
 * that is itself quoted. A word has one place where a match can begin, so the scan is linear.
 */
const ASSIGNMENT = /(?<![\w.-])([\w.-]+)(?:\]|%5D)?(?:\\{0,3}["'`])?[ \t]{0,8}(=>|[:=]{1,2})\s{0,8}/gi;

/** A command line's option whose value stands apart: `--password x`. */
const OPTION = /(?<![\w-])(--?[A-Za-z][\w-]*)([ \t]+)(?=[^\s-])/g;

/** Characters before a key that are searched for the first words of its name, as in `card number: …`. */
const PHRASE_LENGTH = 40;

/** Takes the values of secret keys out of query strings, headers, configuration, JSON and prose; the keys stay. */
export function redactAssignments(text: string, judge: KeyJudge): string {
  const assigned = /[:=]/.test(text) ? redactMatches(text, ASSIGNMENT, judge) : text;
  return assigned.includes("-") ? redactMatches(assigned, OPTION, judge) : assigned;
}

function redactMatches(text: string, pattern: RegExp, judge: KeyJudge): string {
  let result = "";
  let copiedTo = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, key = "", separator = ""] = match;
    const meaning = judgeAssigned(text, { key, separator, at: match.index }, judge);
    if (meaning === "plain") continue;
    const value = findAssignedValue(text, { start: pattern.lastIndex, key, separator, before: text[match.index - 1] });
    pattern.lastIndex = value.end;
    if (!isSecretText(text.slice(value.start, value.end), meaning)) continue;
    result += text.slice(copiedTo, value.start) + REDACTED;
    copiedTo = value.end;
  }
  return result + text.slice(copiedTo);
}

/** A key in a text. */
interface FoundKey {
  readonly key: string;
  readonly separator: string;
  readonly at: number;
}

function judgeAssigned(text: string, { key, separator, at }: FoundKey, judge: KeyJudge): KeyMeaning {
  const before = text[at - 1];
  if (separator === "=" && (before === "?" || before === "&")) return judge.judgeParameter(key);
  const meaning = judge.judge(key);
  if (meaning !== "plain" || before !== " " || !judge.mayCloseName(key)) return meaning;
  const phrase = text.slice(Math.max(0, at - PHRASE_LENGTH), at + key.length);
  return judge.endsWithSecret(phrase) ? "secret" : "plain";
}

/** Nothing is hidden by an empty value, a bare yes or no, or a count; and what is redacted stays as it is. */
function isSecretText(value: string, meaning: KeyMeaning): boolean {
  if (value === "" || value === REDACTED || /^(?:true|false|null|undefined|none)$/i.test(value)) return false;
  return !(meaning === "secret_unless_count" && /^\d{1,15}$/.test(value));
}
