import type { ASTNode } from "@marcbachmann/cel-js";
import { suggest } from "../../document/cursor.ts";
import { compileArguments, compileCall, compileMethod } from "./calls.ts";
import type { Part } from "./nodes.ts";
import { type BinaryOperation, BINARY_OPERATIONS, checkInt, negateNumber } from "./operators.ts";
import { failPart, type Scope } from "./scope.ts";
import { type CelResult, type CelValue, createCelMap, FAILED, findMember } from "./value.ts";

/** Makes an expression whose types were found right ready to be evaluated. After a fault the result is worthless. */
export function compilePart(node: ASTNode, scope: Scope): Part {
  switch (node.op) {
    case "value":
      return compileLiteral(node, node.args, scope);
    case "id":
      return compileName(node, node.args, scope);
    // The optional forms are not switched on: the library refuses them.
    case ".":
    case ".?":
      return compileMember(node, node.args, scope);
    case "[]":
    case "[?]":
      return compileIndex(node, node.args, scope);
    case "call":
      return compileCall(node, node.args, scope);
    case "rcall":
      return compileMethod(node, node.args, scope);
    case "list":
      return compileArguments(node.args, scope, (values) => values);
    case "map":
      return compileMap(node.args, scope);
    case "?:":
      return compileChoice(node.args, scope);
    case "||":
      return compileLogic(node.args, scope, true);
    case "&&":
      return compileLogic(node.args, scope, false);
    case "!_":
      return compileUnary(node.args, scope, (value) => (typeof value === "boolean" ? !value : FAILED));
    case "-_":
      return compileUnary(node.args, scope, negateNumber);
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
      return compileBinary(node.args, scope, BINARY_OPERATIONS[node.op]);
  }
}

function compileLiteral(node: ASTNode, value: unknown, scope: Scope): Part {
  if (typeof value === "bigint") {
    return checkInt(value) === FAILED
      ? failPart(scope, node, { message: "This whole number has more than 64 bits" })
      : () => value;
  }
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return () => value;
  }
  return failPart(scope, node, { message: "Bytes and unsigned numbers are not supported" });
}

function compileName(node: ASTNode, name: string, scope: Scope): Part {
  if (name === scope.itemName) return (evaluation) => evaluation.item;
  if (name === "sets") {
    const sets = createCelMap([...scope.context.sets]);
    return () => sets;
  }
  if (!scope.language.names.has(name)) return failPart(scope, node, { message: `Unknown variable: ${name}` });
  return (evaluation) => evaluation.lookUp(name);
}

function compileMember(node: ASTNode, [owner, name]: readonly [ASTNode, string], scope: Scope): Part {
  checkSetName(owner, name, { node, scope });
  const part = compilePart(owner, scope);
  return (evaluation) => findMember(part(evaluation), name);
}

function compileIndex(node: ASTNode, [owner, key]: readonly [ASTNode, ASTNode], scope: Scope): Part {
  if (key.op === "value" && typeof key.args === "string") checkSetName(owner, key.args, { node, scope });
  const [ownerPart, keyPart] = [compilePart(owner, scope), compilePart(key, scope)];
  return (evaluation) => findMember(ownerPart(evaluation), keyPart(evaluation));
}

/** A set that the document doesn't have would make the condition fail for every call. */
function checkSetName(
  owner: ASTNode,
  name: string,
  { node, scope }: { readonly node: ASTNode; readonly scope: Scope },
) {
  const { context, itemName } = scope;
  if (owner.op !== "id" || owner.args !== "sets" || itemName === "sets" || context.sets.has(name)) return;
  failPart(scope, node, { message: `The document has no set "${name}"`, hint: suggest(name, context.sets.keys()) });
}

function compileMap(entries: readonly (readonly [ASTNode, ASTNode])[], scope: Scope): Part {
  const parts = entries.map(([key, value]) => [compilePart(key, scope), compilePart(value, scope)] as const);
  return (evaluation) => {
    const values: [string, CelValue][] = [];
    for (const [keyPart, valuePart] of parts) {
      const key = keyPart(evaluation);
      const value = valuePart(evaluation);
      if (typeof key !== "string" || value === FAILED) return FAILED;
      values.push([key, value]);
    }
    return createCelMap(values);
  };
}

function compileChoice(args: readonly [ASTNode, ASTNode, ASTNode], scope: Scope): Part {
  const [condition, yes, no] = args;
  const [conditionPart, yesPart, noPart] = [
    compilePart(condition, scope),
    compilePart(yes, scope),
    compilePart(no, scope),
  ];
  return (evaluation) => {
    const answer = conditionPart(evaluation);
    if (answer === true) return yesPart(evaluation);
    return answer === false ? noPart(evaluation) : FAILED;
  };
}

/** `||` and `&&`: a side that settles the answer settles it even where the other side can't be told. */
function compileLogic([left, right]: readonly [ASTNode, ASTNode], scope: Scope, settling: boolean): Part {
  const [leftPart, rightPart] = [compilePart(left, scope), compilePart(right, scope)];
  return (evaluation) => {
    const first = leftPart(evaluation);
    if (first === settling) return settling;
    const second = rightPart(evaluation);
    if (second === settling) return settling;
    return first === !settling && second === !settling ? !settling : FAILED;
  };
}

function compileUnary(operand: ASTNode, scope: Scope, apply: (value: CelValue) => CelResult): Part {
  const part = compilePart(operand, scope);
  return (evaluation) => {
    const value = part(evaluation);
    return value === FAILED ? FAILED : apply(value);
  };
}

function compileBinary([left, right]: readonly [ASTNode, ASTNode], scope: Scope, apply: BinaryOperation): Part {
  const [leftPart, rightPart] = [compilePart(left, scope), compilePart(right, scope)];
  return (evaluation) => {
    const first = leftPart(evaluation);
    if (first === FAILED) return FAILED;
    const second = rightPart(evaluation);
    return second === FAILED ? FAILED : apply(first, second, evaluation);
  };
}
