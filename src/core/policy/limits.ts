/** UTF-8 bytes of a policy document, and text in one given as an object. Our choice: thousands of rules fit, parsing stays under a second. */
export const MAX_DOCUMENT_BYTES = 262_144;
/** Rules in one document. Our choice: more than a person can review. */
export const MAX_RULES = 2_000;
/** Characters of one pattern. Our choice: no readable pattern is longer. */
export const MAX_PATTERN_CHARS = 500;
/** Members of one list in a rule. Our choice. */
export const MAX_LIST_ITEMS = 1_000;
/** What the `{a,b}` groups of one glob may multiply to. Our choice: each alternative is a pattern of its own. */
export const MAX_GLOB_ALTERNATIVES = 100;
/** Instructions of one regex's program; counted repetitions multiply them. Our choice: matching costs program times text. */
export const MAX_REGEX_INSTRUCTIONS = 5_000;
/** Instructions and glob alternatives of one document, so that a document can't fill the memory. Our choice. */
export const MAX_DOCUMENT_PATTERN_COST = 200_000;
/** Values in a document, those behind aliases counted each time. Our choice: ends alias bombs. */
export const MAX_DOCUMENT_NODES = 50_000;
/** Lists and mappings inside each other in a document. Our choice: the language itself needs six. */
export const MAX_DOCUMENT_DEPTH = 32;
/** Faults reported at once. Our choice: a person fixes some and checks again. */
export const MAX_FAULTS = 100;
/** Characters of a rule's name. Our choice: it is shown in lists. */
export const MAX_RULE_NAME_CHARS = 200;
/** Characters of a reason or description, equal to the limit of people's reasons on the wire. */
export const MAX_TEXT_CHARS = 2_000;
/** Highest and (negated) lowest priority. Our choice: room between any two rules. */
export const MAX_PRIORITY = 1_000_000;
/** Milliseconds that an approval's clock may run: 366 days. Our choice. */
export const MAX_APPROVAL_CLOCK_MS = 31_622_400_000;
/** Characters of an action's name that are looked at; a longer one is denied. Our choice, so that matching stays quick. */
export const MAX_ACTION_CHARS = 10_000;
/** Roles, groups or scopes of a call that are looked at; more are denied. Ten times what a principal can have. */
export const MAX_CALL_NAMES = 1_000;
/** Characters of a call's texts that are looked at, keys included. Four times what an invocation's input may have; the rest can't be known. */
export const MAX_INPUT_TEXT_CHARS = 262_144;
/** Values of a call's input that are looked at; the rest can't be known. Our choice, so that looking stays quick. */
export const MAX_INPUT_VALUES = 50_000;
/** Lists and objects inside each other in an input; what lies deeper can't be known. Our choice. */
export const MAX_INPUT_DEPTH = 64;
/** Characters of a flattened input that regexes search; a longer one can't be known whole. From the design: 64 KiB. */
export const MAX_SEARCHED_CHARS = 65_536;
/** Simple commands of one call that are looked at; what lies beyond can't be known. Our choice: no script that a person could review is longer. */
export const MAX_COMMANDS = 500;
/** Scripts inside scripts, as in `sh -c "sh -c …"`; deeper ones can't be known. Our choice. */
export const MAX_SCRIPT_DEPTH = 8;
/** Words that brace expansion may make of one command's words. Our choice; more can't be known. */
export const MAX_EXPANDED_WORDS = 200;
/** Paths of one call that are looked at; what lies beyond can't be known. Our choice. */
export const MAX_PATHS = 500;
/** Web addresses of one call that are looked at; what lies beyond can't be known. Our choice. */
export const MAX_URLS = 200;
