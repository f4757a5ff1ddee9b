import type { ASTNode } from "@marcbachmann/cel-js";
import { suggest } from "../../document/cursor.ts";
import { MAX_SEARCHED_CHARS } from "../../limits.ts";
import { parseRegex } from "../patterns.ts";
import { chargePattern } from "../read-pattern.ts";
import { type CelFunction, FUNCTIONS, METHODS } from "./functions.ts";
import { compileMacro, MACRO_NAMES } from "./macros.ts";
import type { Part } from "./nodes.ts";
import { failPart, type Scope } from "./scope.ts";
import { type CelValue, FAILED, isCelMap, spend } from "./value.ts";

/** Compiles `has(…)` and functions such as `size(…)`. */
export function compileCall(node: ASTNode, [name, args]: readonly [string, readonly ASTNode[]], scope: Scope): Part {
  const [first] = args;
  if (name === "has" && first?.op === ".") return compilePresence(first.args, scope);
  const apply = FUNCTIONS.get(name);
  if (apply !== undefined) return compileArguments(args, scope, apply);
  return failPart(scope, node, {
    message: `There is no function "${name}" here`,
    hint: suggest(name, FUNCTIONS.keys()),
  });
}

/** Compiles methods such as `text.startsWith(…)` and macros such as `list.exists(…)`. */
export function compileMethod(
  node: ASTNode,
  [name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]],
  scope: Scope,
): Part {
  if (MACRO_NAMES.includes(name)) return compileMacro(node, { name, receiver, args }, scope);
  if (name === "matches") return compileMatches(receiver, args, scope);
  const apply = METHODS.get(name);
  if (apply !== undefined) return compileArguments([receiver, ...args], scope, apply);
  const known = [...METHODS.keys(), ...MACRO_NAMES, "matches"];
  return failPart(scope, node, { message: `There is no method "${name}" here`, hint: suggest(name, known) });
}

/** Evaluates each and applies a function to all of them; one that fails makes the whole fail. */
export function compileArguments(args: readonly ASTNode[], scope: Scope, apply: CelFunction): Part {
  const parts = args.map((arg) => scope.compile(arg, scope));
  return (evaluation) => {
    const values: CelValue[] = [];
    for (const part of parts) {
      const value = part(evaluation);
      if (value === FAILED) return FAILED;
      values.push(value);
    }
    return apply(values, evaluation);
  };
}

/** `has(a.b)`: whether `a`, which must be there, has a member `b`. What a form doesn't have is empty. */
function compilePresence([owner, name]: readonly [ASTNode, string], scope: Scope): Part {
  const part = scope.compile(owner, scope);
  const isForm = owner.op === "id" && scope.language.forms.has(owner.args) && scope.itemName !== owner.args;
  return (evaluation) => {
    const value = part(evaluation);
    if (value === FAILED || !isCelMap(value)) return FAILED;
    return Object.hasOwn(value, name) && !(isForm && isEmpty(value[name]));
  };
}

function isEmpty(value: CelValue | undefined): boolean {
  return value === "" || (Array.isArray(value) && value.length === 0);
}

/** `text.matches('…')`: the regex is known when the expression is read, and runs in linear time. */
function compileMatches(receiver: ASTNode, [arg]: readonly ASTNode[], scope: Scope): Part {
  const text = scope.compile(receiver, scope);
  if (arg?.op !== "value" || typeof arg.args !== "string") {
    return failPart(scope, arg ?? receiver, {
      message: "The pattern of matches must be a plain text",
      hint: "write it in quotes",
    });
  }
  const result = chargePattern(parseRegex(arg.args), scope.context);
  if ("fault" in result) return failPart(scope, arg, { message: result.fault });
  const { matches } = result.pattern;
  return (evaluation) => {
    const value = text(evaluation);
    if (typeof value !== "string" || value.length > MAX_SEARCHED_CHARS) return FAILED;
    return spend(evaluation, value.length) ? matches(value) : FAILED;
  };
}
