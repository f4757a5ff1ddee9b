import type { ASTNode } from "@marcbachmann/cel-js";
import type { CelResult, Evaluation } from "./value.ts";

/** A part of an expression, ready to be evaluated. */
export type Part = (evaluation: Evaluation) => CelResult;

/** The expressions right inside an expression. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case "value":
    case "id":
      return [];
    case ".":
    case ".?":
      return [node.args[0]];
    case "call":
      return node.args[1];
    case "rcall":
      return [node.args[1], ...node.args[2]];
    case "map":
      return node.args.flat();
    case "!_":
    case "-_":
      return [node.args];
    case "list":
    case "?:":
    case "[]":
    case "[?]":
    case "||":
    case "&&":
    case "==":
    case "!=":
    case "in":
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return node.args;
  }
}

/** How many expressions an expression consists of. */
export function countNodes(node: ASTNode): number {
  return childrenOf(node).reduce((count, child) => count + countNodes(child), 1);
}

/** Whether expressions stand inside each other deeper than that. */
export function isDeeperThan(node: ASTNode, depth: number): boolean {
  return depth <= 0 || childrenOf(node).some((child) => isDeeperThan(child, depth - 1));
}

/** Where an expression leads into what is known of a call, as it is written: `input.items[0].price`; undefined for any other. */
export function placeOf(node: ASTNode): string | undefined {
  if (node.op === "id") return node.args === "sets" ? undefined : node.args;
  if (node.op === ".") {
    const place = placeOf(node.args[0]);
    return place && `${place}.${node.args[1]}`;
  }
  if (node.op !== "[]" || node.args[1].op !== "value") return undefined;
  const place = placeOf(node.args[0]);
  const key = node.args[1].args;
  if (typeof key === "string" && /^\w+$/.test(key)) return place && `${place}.${key}`;
  return place && `${place}[${typeof key === "string" ? JSON.stringify(key) : String(key)}]`;
}
