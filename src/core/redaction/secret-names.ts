/**
 * Names of secrets, words joined, singular. They count wherever their words stand next to each other in a key:
 * `apikey` is found in `X-Api-Key`, `stripeApiKeys` and `api key 2`.
 */
export const SECRET_NAMES: readonly string[] = [
  ...["password", "passwd", "pwd", "passphrase", "passcode", "secret", "token", "jwt", "bearer", "credential", "cred"],
  ...["authorization", "authorisation", "cookie", "otp", "totp", "onetimecode", "recoverycode", "backupcode"],
  ...["apikey", "accesskey", "authkey", "secretkey", "privatekey", "signingkey", "encryptionkey", "decryptionkey"],
  ...["masterkey", "sessionkey", "sharedkey", "sshkey", "gpgkey", "pgpkey", "deploykey", "accountkey", "servicekey"],
  ...[
    "subscriptionkey",
    "webhookkey",
    "hmackey",
    "recoverykey",
    "licensekey",
    "seedphrase",
    "recoveryphrase",
    "mnemonic",
  ],
  ...[
    "ssn",
    "socialsecurity",
    "socialsecuritynumber",
    "socialsecurityno",
    "cardnumber",
    "cardno",
    "creditcard",
    "debitcard",
  ],
  ...["cvv", "cvc", "cvn", "securitycode", "verificationcode", "cardpin", "pinnumber", "pincode"],
  ...[
    "userpass",
    "dbpass",
    "databasepass",
    "adminpass",
    "rootpass",
    "smtppass",
    "mailpass",
    "ftppass",
    "sshpass",
    "loginpass",
  ],
  ...[
    "accountpass",
    "sqlpass",
    "mysqlpass",
    "pgpass",
    "postgrespass",
    "redispass",
    "proxypass",
    "httppass",
    "basicauth",
  ],
];

/** Names of secrets only where they are the whole key: as a part they mean too many other things. */
export const SECRET_WHOLE_NAMES: readonly string[] = ["pass", "pin", "pan", "auth"];

/** Found also at the end of a word written in one: `dbpassword`, `mytoken`, `openaiapikey`. No English word ends so. */
export const SECRET_ENDINGS: readonly string[] = [
  ...["passwd", "pwd", "passphrase", "passcode", "secret", "token", "cookie", "apikey", "secretkey", "privatekey"],
  ...["accesskey", "signingkey", "encryptionkey", "sessionkey", "cardnumber", "creditcard", "authorization"],
];

/** Found anywhere in a word: `passwordhash`, `oldpasswords`. */
export const SECRET_PARTS: readonly string[] = ["password", "credential"];

/**
 * A key that ends in one of these speaks *about* a secret: `tokenType`, `passwordPolicy`, `secret_name`, `token_expires_at`.
 * What it holds is still searched for secrets by value.
 */
export const ABOUT_WORDS: readonly string[] = [
  ...["count", "counts", "limit", "limits", "usage", "budget", "remaining", "max", "min", "length", "size"],
  ...[
    "type",
    "types",
    "kind",
    "name",
    "names",
    "label",
    "title",
    "description",
    "format",
    "algorithm",
    "alg",
    "provider",
  ],
  ...[
    "at",
    "in",
    "expiry",
    "expires",
    "expiration",
    "ttl",
    "age",
    "policy",
    "policies",
    "rules",
    "strength",
    "consent",
    "accepted",
  ],
  ...["status", "version", "endpoint", "url", "uri", "scope", "scopes", "issuer", "audience", "file", "path", "stdin"],
];

/** Beside `token` these mean counted pieces of text: `maxTokens`, `prompt_tokens`, `token per second`. */
export const COUNTING_WORDS: readonly string[] = [
  ...[
    "max",
    "min",
    "total",
    "num",
    "number",
    "count",
    "limit",
    "budget",
    "usage",
    "used",
    "avg",
    "average",
    "per",
    "left",
  ],
  ...["input", "output", "prompt", "completion", "cached", "reasoning", "context", "remaining", "estimated"],
];

/** Words that end a name of several: only before these a text is searched for the rest of the name, as in `card number: …`. */
export const CLOSING_WORDS: readonly string[] = [
  ...["key", "keys", "number", "no", "code", "codes", "word", "phrase", "pass", "pin", "card", "security", "auth"],
];

/** Names that are secret only as parameters of a URL, where they sign or open what the URL points to. */
export const SECRET_QUERY_NAMES: readonly string[] = ["key", "sig", "signature", "auth", "hmac", "pass"];
