import type { ProvenFact } from "../src/core/guards/read-facts.ts";
import { factsProvenBy } from "./facts.ts";
import type { Judged } from "./judge-report.ts";
import type { ActivityPorts } from "./ports.ts";
import type { BegunAttempt } from "./start-attempt.ts";

/** What the action has proven. It has run, so whatever goes wrong here doesn't change its outcome: then nothing is proven. */
export async function provenFactsOf(
  { log }: ActivityPorts,
  { action, row }: Pick<BegunAttempt, "action" | "row">,
  { report, finding }: Partial<Judged>,
): Promise<readonly ProvenFact[]> {
  const output = report?.kind === "returned" ? report.output : finding?.output;
  if (action.proves === undefined || output === undefined || row.session === null) return [];
  const proven = await factsProvenBy(action, JSON.parse(output.real), JSON.parse(row.input));
  if ("facts" in proven) return proven.facts;
  log("warn", "What the action has proven can't be recorded", { invocation: row.id, fault: proven.fault });
  return [];
}
