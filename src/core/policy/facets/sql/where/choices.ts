import { listOf, type Node, nodeOf, nodeOfType } from "../tree/node.ts";
import { compare } from "./desugar.ts";
import type { Folder } from "./folder.ts";
import { type Outcome } from "./outcome.ts";

/** What COALESCE comes to as a condition: its first part that isn't NULL. */
export function foldCoalesce(node: Node, folder: Folder): Outcome {
  for (const arg of listOf(node["args"])) {
    const outcome = folder.fold(arg);
    if (outcome !== "null") return outcome;
  }
  return "null";
}

/** What CASE comes to as a condition: that of the branches that may be taken. */
export function foldCase(node: Node, folder: Folder): Outcome {
  const results: Outcome[] = [];
  const conditions: Outcome[] = [];
  for (const item of listOf(node["args"])) {
    const branch = nodeOf(nodeOfType(item, "CaseWhen"));
    const { expr, result } = branch;
    const condition = folder.fold(node["arg"] === undefined ? expr : compare("=", node["arg"], expr));
    if (condition === "false" || condition === "null") continue;
    results.push(folder.fold(result));
    conditions.push(condition);
    if (condition === "true") return chooseFrom(results, conditions);
  }
  results.push(node["defresult"] === undefined ? "null" : folder.fold(node["defresult"]));
  return chooseFrom(results, conditions);
}

function chooseFrom(results: readonly Outcome[], conditions: readonly Outcome[]): Outcome {
  const [first = "null", ...others] = results;
  if (others.every((other) => other === first)) return first;
  return [...results, ...conditions].includes("any") ? "any" : "row";
}
