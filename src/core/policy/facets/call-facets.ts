import { flattenInput, type FlatText } from "./flat-text.ts";
import { type InputSnapshot, readInput } from "./input.ts";
import { type Capability, findCapabilities } from "./names/capabilities.ts";
import { splitNameWords } from "./names/name-words.ts";
import type { PathFacet } from "./paths/path-fact.ts";
import { readPaths } from "./paths/read-paths.ts";
import type { CommandFacet } from "./shell/command.ts";
import { readCommands } from "./shell/read-commands.ts";
import type { FacetSettings, FacetSource } from "./source.ts";
import { readStatements } from "./sql/read-statements.ts";
import type { SqlFacet } from "./sql/statement-fact.ts";
import { readUrls } from "./urls/read-urls.ts";
import type { UrlFacet } from "./urls/url-fact.ts";

/** What a call does, seen from several sides. Each side is read when a rule first asks for it, and once. */
export class CallFacets implements FacetSource {
  /** The action's name as it was called. */
  readonly action: string;
  /** See {@link FacetSettings}. */
  readonly settings: FacetSettings;
  readonly #input: () => unknown;
  #origin: CallFacets | undefined;
  #snapshot: InputSnapshot | undefined;
  #flatText: FlatText | undefined;
  #nameWords: ReadonlySet<string> | undefined;
  #capabilities: ReadonlySet<Capability> | undefined;
  #commands: CommandFacet | undefined;
  #paths: PathFacet | undefined;
  #urls: UrlFacet | undefined;
  #statements: SqlFacet | undefined;

  /** `input` is asked for at most once. */
  constructor(action: string, input: () => unknown, settings: FacetSettings) {
    this.action = action;
    this.settings = settings;
    this.#input = input;
  }

  /** The same call as other settings see it; the input is still read only once. */
  withSettings(settings: FacetSettings): CallFacets {
    const other = new CallFacets(this.action, this.#input, settings);
    other.#origin = this;
    return other;
  }

  /** The input, read once. */
  get input(): InputSnapshot {
    return (this.#snapshot ??= this.#origin?.input ?? readInput(this.#input));
  }

  /** The input as one text that regexes search. */
  get flatText(): FlatText {
    return (this.#flatText ??= this.#origin?.flatText ?? flattenInput(this.input));
  }

  /** Whole words of the action's name. */
  get nameWords(): ReadonlySet<string> {
    return (this.#nameWords ??= splitNameWords(this.action));
  }

  /** What the name says that the action can do. */
  get capabilities(): ReadonlySet<Capability> {
    return (this.#capabilities ??= findCapabilities(this.nameWords, this.settings.capabilityNames));
  }

  /** The commands that it would run. */
  get commands(): CommandFacet {
    return (this.#commands ??= readCommands(this));
  }

  /** The files that it speaks of. */
  get paths(): PathFacet {
    return (this.#paths ??= readPaths(this, this.commands.commands));
  }

  /** The web addresses that it speaks of. */
  get urls(): UrlFacet {
    return (this.#urls ??= readUrls(this, this.commands.commands));
  }

  /** The SQL that it would run. */
  get statements(): SqlFacet {
    return (this.#statements ??= readStatements(this, this.commands.commands));
  }
}
