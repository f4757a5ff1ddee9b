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
/** Stages of one approval. Our choice: more than a request ever waits for. */
export const MAX_STAGES = 10;
/** Escalations of one stage. Our choice. */
export const MAX_ESCALATIONS = 20;
/** People whose votes a stage may ask for. Our choice: a company's general meeting. */
export const MAX_STAGE_VOTES = 1_000;
/** Requests for approval that a document may let be open, or be asked in an hour, at most. Our choice: more is no limit. */
export const MAX_FATIGUE_COUNT = 1_000_000;
/** Conditions about approvers that are kept compiled. Our choice: more than a tenant's documents have in use, and some megabytes. */
export const MAX_APPROVER_CONDITIONS = 500;
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
/** Characters of a path; a longer one can't be known, as no system opens it the way it is written. From Linux: PATH_MAX. */
export const MAX_PATH_CHARS = 4_096;
/** Characters of a path that is a glob; a longer one can't be known. Our choice, so that comparing globs stays quick. */
export const MAX_PATH_GLOB_CHARS = 500;
/** Globs, trees and unknown paths of one call that are compared with patterns; what lies beyond can't be known. Our choice, as above. */
export const MAX_OPEN_PATHS = 100;
/** Web addresses of one call that are looked at; what lies beyond can't be known. Our choice. */
export const MAX_URLS = 200;
/** UTF-8 bytes of a file of cases. Our choice: hundreds of cases fit, some of them with inputs at their own limit. */
export const MAX_CASE_FILE_BYTES = 1_048_576;
/** Values in a file of cases, those behind aliases counted each time. Our choice, as for documents. */
export const MAX_CASE_FILE_NODES = 200_000;
/** Lists and mappings inside each other in a file of cases: an input at its limit, and the case around it. */
export const MAX_CASE_FILE_DEPTH = 70;
/** Cases in one file. Our choice: more than a person can review. */
export const MAX_CASES = 2_000;
/** Named lists in one document. Our choice. */
export const MAX_SETS = 200;
/** Members of sets that a document's uses of them may add up to, so that few lines can't become millions. Our choice, as for values. */
export const MAX_SET_MEMBERS_USED = 50_000;
/** Documents that extend each other, one behind the other. Our choice: more than a person can follow. */
export const MAX_EXTENDS_DEPTH = 8;
/** Documents that one document extends, those behind them included. Our choice. */
export const MAX_EXTENDED_DOCUMENTS = 20;
/** Characters of the name of an extended document. Our choice: no readable path is longer. */
export const MAX_DOCUMENT_NAME_CHARS = 300;
/** Characters of a JSON pointer in a rule. Our choice. */
export const MAX_POINTER_CHARS = 500;
/** Milliseconds of a limit's window or clock: 366 days. Our choice, as for approvals. */
export const MAX_LIMIT_CLOCK_MS = 31_622_400_000;
/** Highest count, budget or cost of a limit. Our choice: sums of it stay exact in a double. */
export const MAX_LIMIT_COUNT = 1_000_000_000;
/** Failures in a row after which a breaker opens, at most. Our choice: more would let a dead dependency be called for long. */
export const MAX_BREAKER_FAILURES = 100;
/** Facts that one session may hold, at most. Our choice: more than a session's readings come to. */
export const MAX_FACTS = 10_000;
/** Characters of a name that a limit gives: a budget, a dependency, a kind of fact, a key, a provider, a model. Equal to that of a principal's name. */
export const MAX_LIMIT_NAME_CHARS = 200;
/** Characters of one call's commands that are looked at; what lies beyond can't be known. From the design: 64 KiB. */
export const MAX_SHELL_CHARS = 65_536;
/** Characters of one call's commands that are read again, because they stand in words, substitutions or scripts inside each other. Our choice. */
export const MAX_SHELL_CHARS_AGAIN = 196_608;
/** Operators, quotes and brackets in one script. Our choice: twice what a file of program text in a here-document has, while parsing costs some 10 ms. */
export const MAX_SHELL_MARKS = 12_000;
/** Here-documents, or arithmetic expansions, of one script times its characters, since the parser may look at the whole text for each. Our choice. */
export const MAX_SHELL_REREAD_CHARS = 4_194_304;
/** Statements of one call that are looked at, those of a function or loop each time that it runs. Our choice, as for commands. */
export const MAX_SHELL_STATEMENTS = 4_000;
/** Variables that a call's input or script sets for later commands; more can't be known. Our choice. */
export const MAX_SHELL_EXPORTS = 256;
/** Variables, functions and aliases that a script may define; more can't be known. Our choice. */
export const MAX_SHELL_NAMES = 32;
/** Directories that one command may run in, because a `cd` before it may have failed; more can't be known. Our choice. */
export const MAX_SHELL_DIRECTORIES = 4;
/** Words of a loop's list for which its body is looked at one by one. Our choice; a longer list can't be known. */
export const MAX_LOOP_WORDS = 16;
/** Characters of a directory's name. Equal to PATH_MAX of Linux. */
export const MAX_DIRECTORY_CHARS = 4_096;
/** Characters of one condition in CEL. Our choice: no condition that a person can review is longer. */
export const MAX_CONDITION_CHARS = 1_000;
/** Expressions inside each other in one condition in CEL. Our choice, far from what the stack bears. */
export const MAX_CONDITION_DEPTH = 64;
/** Work of one condition in CEL, in values looked at, so that time stays linear; what needs more can't be known. Our choice: some 5 ms. */
export const MAX_CONDITION_STEPS = 300_000;
/** Words of a command that runs another one; a longer one can't be known. Our choice: people who pass on more use a file. */
export const MAX_WRAPPER_WORDS = 2_000;
/** Programs that run each other on one command line, as in `sudo env nice rm`; more can't be known. Our choice. */
export const MAX_WRAPPERS = 16;
/** Characters of one call's SQL that are looked at; what lies beyond can't be known. From the design: 64 KiB. */
export const MAX_SQL_CHARS = 65_536;
/** Texts of one call that are read as SQL; what lies beyond can't be known. Our choice. */
export const MAX_SQL_TEXTS = 500;
/** Words, literals and signs of one SQL text that are told apart; what lies beyond can't be known. Our choice: rows to insert of 16 KiB have fewer, also short ones. */
export const MAX_SQL_PIECES = 12_000;
/**
 * Words, literals and signs of one call's SQL that the parser is given once long lists are shortened; what lies beyond can't be known.
 * Our choice: a query of some 500 lines, at about 1 µs each. Twice as many inside each other exhaust the parser's stack, which damages it for good.
 */
export const MAX_SQL_TOKENS = 4_000;
/** Things that one call's SQL does, to one table each, that are looked at; more can't be known. Our choice: more than a person can review. */
export const MAX_SQL_FACTS = 500;
/** Expressions inside each other in one statement; a deeper one can't be known. Our choice, far from what the stack bears. */
export const MAX_SQL_DEPTH = 1_500;
/** Texts of commands whose reading is remembered, twice over. Our choice: a few megabytes, and more commands than a program has in use. */
export const MAX_RECENT_TEXTS = 500;
/** Characters of a text whose reading is remembered. Our choice: longer ones are scripts, which seldom come twice. */
export const MAX_RECENT_CHARS = 500;
