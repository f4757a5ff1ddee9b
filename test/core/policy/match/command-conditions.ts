import { readCall, type CallFacts } from "../../../../src/core/policy/call.ts";
import { FaultLog } from "../../../../src/core/policy/document/faults.ts";
import { readObject } from "../../../../src/core/policy/document/read-object.ts";
import { CallFacets } from "../../../../src/core/policy/facets/call-facets.ts";
import type { CommandFacet, ShellCommand } from "../../../../src/core/policy/facets/shell/command.ts";
import type { FacetSettings } from "../../../../src/core/policy/facets/source.ts";
import { readCommandCondition } from "../../../../src/core/policy/match/command.ts";
import type { Condition, MatchContext } from "../../../../src/core/policy/match/condition.ts";
import type { Truth } from "../../../../src/core/policy/truth.ts";

const SETTINGS: FacetSettings = { capabilityNames: {}, workspace: undefined };

/** The facets of a call whose commands are given. */
class GivenFacets extends CallFacets {
  readonly #commands: CommandFacet;

  constructor(commands: readonly ShellCommand[]) {
    super("bash", () => ({}), SETTINGS);
    this.#commands = { commands };
  }

  override get commands(): CommandFacet {
    return this.#commands;
  }
}

/** What rules see of a call that runs these commands. */
export function factsOf(commands: readonly ShellCommand[]): CallFacts {
  const facts = readCall({ action: "bash", input: {} }, SETTINGS);
  if ("fault" in facts) throw new Error(facts.fault);
  return { ...facts, facets: new GivenFacets(commands) };
}

/** Reads a condition on commands; `every` as for a rule that permits. */
export function readCondition(match: unknown, quantifier: MatchContext["quantifier"] = "any"): Condition {
  const log = new FaultLog();
  const node = readObject(match, log);
  const context = { budget: { spent: 0 }, quantifier, isOlderForm: false, sets: new Map() };
  const condition = node && readCommandCondition({ node, path: "", log }, context);
  if (condition === undefined || log.faults.length > 0)
    throw new Error(log.faults.map(({ message }) => message).join());
  return condition;
}

/** What a rule that restricts sees in commands. */
export function restricts(match: unknown, ...commands: readonly ShellCommand[]): Truth {
  return readCondition(match).holds(factsOf(commands));
}

/** What a rule that permits sees in commands. */
export function permits(match: unknown, ...commands: readonly ShellCommand[]): Truth {
  return readCondition(match, "every").holds(factsOf(commands));
}
