import { copyRedacted, type CopyRules } from "./redacted-copy.ts";
import { REDACTED } from "./redacted.ts";
import { growPointerTree } from "./secret-pointers.ts";

/** Characters from which on a text is taken for a secret that can be told from others. Our choice: a shorter one would black out ordinary words. */
const MIN_SECRET_LENGTH = 8;

/** Only what the mask knows is secret here. */
const NO_JUDGE: CopyRules["judge"] = { judge: () => "plain" };

/** Takes secrets that are known by their value out of whatever is shown to others. */
export interface SecretMask {
  /** Remembers a secret; one of fewer than 8 characters is not looked for. */
  add(secret: string): void;
  /** The text with `"[redacted]"` for each secret that stands in it verbatim. */
  maskText(text: string): string;
  /** A copy, fit for JSON, with every text and key masked; the value itself while no secret is known. */
  maskValue(value: unknown): unknown;
}

/** A mask that knows no secret yet. */
export function createSecretMask(): SecretMask {
  let secrets: readonly string[] = [];
  const maskText = (text: string): string => secrets.reduce((left, secret) => left.replaceAll(secret, REDACTED), text);
  const rules = { judge: NO_JUDGE, redactText: maskText, pointers: growPointerTree([]) };
  return {
    add(secret) {
      if (secret.length < MIN_SECRET_LENGTH || secrets.includes(secret)) return;
      // The longest first: one that holds another is taken out whole.
      secrets = [...secrets, secret].sort((one, other) => other.length - one.length);
    },
    maskText,
    maskValue: (value) => (secrets.length === 0 ? value : copyRedacted(value, rules)),
  };
}
