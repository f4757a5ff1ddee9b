import { readActionCondition } from "./action.ts";
import { readArgsCondition } from "./args.ts";
import { readArgsPatternCondition } from "./args-pattern.ts";
import { readCapabilityCondition } from "./capability.ts";
import { readCommandCondition } from "./command.ts";
import type { ConditionReader } from "./condition.ts";
import { readNameWordsCondition } from "./name-words.ts";
import { namesReader, wordsReader } from "./names.ts";
import { readPathCondition } from "./path.ts";
import { readPathPatternsCondition } from "./path-patterns.ts";
import { readSqlCondition } from "./sql.ts";
import { readUrlCondition } from "./url.ts";
import { readWhenCondition } from "./when.ts";

/** Fields of `match` in the order in which they are tested: the cheapest and most telling first. */
export const MATCH_FIELD_NAMES = [
  "action",
  "risk",
  "kind",
  "tenant",
  "subject",
  "run",
  "scopes",
  "roles",
  "groups",
  "capability",
  "name_words",
  "args",
  "command",
  "path",
  "path_patterns",
  "url",
  "sql",
  "args_pattern",
  "when",
] as const;

/** A field that a rule can match on. */
export type MatchFieldName = (typeof MATCH_FIELD_NAMES)[number];

/** How each field of `match` is read. */
export const MATCH_FIELDS: Readonly<Record<MatchFieldName, ConditionReader>> = {
  action: readActionCondition,
  risk: wordsReader("risk", ["low", "medium", "high"], (facts) => facts.risk),
  kind: wordsReader("kind", ["user", "agent", "service"], (facts) => facts.kind),
  tenant: namesReader("tenant", (facts) => facts.tenant),
  subject: namesReader("subject", (facts) => facts.subject),
  run: namesReader("run", (facts) => facts.run),
  scopes: namesReader("scopes", (facts) => facts.scopes),
  roles: namesReader("roles", (facts) => facts.roles),
  groups: namesReader("groups", (facts) => facts.groups),
  capability: readCapabilityCondition,
  name_words: readNameWordsCondition,
  args: readArgsCondition,
  command: readCommandCondition,
  path: readPathCondition,
  path_patterns: readPathPatternsCondition,
  url: readUrlCondition,
  sql: readSqlCondition,
  args_pattern: readArgsPatternCondition,
  when: readWhenCondition,
};
