import type { ASTNode } from "@marcbachmann/cel-js";
import { countNodes, type Part } from "./nodes.ts";
import { failPart, type Scope } from "./scope.ts";
import { type CelResult, type CelValue, type Evaluation, FAILED, isCelList, isCelMap, spend } from "./value.ts";

/** Macros that look at each member of a list, or at each key of a map. */
export const MACRO_NAMES: readonly string[] = ["all", "exists", "exists_one", "map", "filter"];

/** A macro as it stands in an expression. */
interface MacroCall {
  readonly name: string;
  readonly receiver: ASTNode;
  readonly args: readonly ASTNode[];
}

/** Asks about one item: moves on with the work counted. */
type Ask = (evaluation: Evaluation, item: CelValue) => CelResult;

/** Compiles a macro. They don't stand inside each other: the time would grow with more than the input. */
export function compileMacro(node: ASTNode, { name, receiver, args }: MacroCall, scope: Scope): Part {
  if (scope.itemName !== undefined) {
    return failPart(scope, node, {
      message: `${MACRO_NAMES.join(", ")} can't stand inside each other`,
      hint: "write a rule for each",
    });
  }
  const [item, first, second] = args;
  if (item?.op !== "id" || first === undefined)
    return failPart(scope, node, { message: `${name} lacks its condition` });
  const collection = scope.compile(receiver, scope);
  const inner = { ...scope, itemName: item.args };
  const run = chooseMacro(name, compileBody(first, inner), second && compileBody(second, inner));
  return (evaluation) => {
    const value = collection(evaluation);
    if (value === FAILED) return FAILED;
    if (isCelList(value)) return run(evaluation, value);
    return isCelMap(value) ? run(evaluation, Object.keys(value)) : FAILED;
  };
}

type Run = (evaluation: Evaluation, items: readonly CelValue[]) => CelResult;

function chooseMacro(name: string, first: Ask, second: Ask | undefined): Run {
  if (name === "all") return (evaluation, items) => quantify(evaluation, items, { ask: first, settling: false });
  if (name === "exists") return (evaluation, items) => quantify(evaluation, items, { ask: first, settling: true });
  if (name === "exists_one") {
    return (evaluation, items) => {
      const found = select(evaluation, items, { keeps: first, make: undefined });
      return found === FAILED ? FAILED : found.length === 1;
    };
  }
  const isFilter = name === "filter";
  const keeps = isFilter || second !== undefined ? first : undefined;
  const make = isFilter ? undefined : (second ?? first);
  return (evaluation, items) => select(evaluation, items, { keeps, make });
}

function compileBody(body: ASTNode, scope: Scope): Ask {
  const part = scope.compile(body, scope);
  const steps = countNodes(body);
  return (evaluation, item) => {
    evaluation.item = item;
    return spend(evaluation, steps) ? part(evaluation) : FAILED;
  };
}

/** `all` and `exists`: an item that settles the answer settles it even where others can't be told. */
function quantify(
  evaluation: Evaluation,
  items: readonly CelValue[],
  { ask, settling }: { readonly ask: Ask; readonly settling: boolean },
): CelResult {
  let answer: CelResult = !settling;
  for (const item of items) {
    const result = ask(evaluation, item);
    if (result === settling) return settling;
    if (result !== !settling) answer = FAILED;
    if (evaluation.stepsLeft < 0) return FAILED;
  }
  return answer;
}

/** The items that are kept, or what is made of them. */
function select(
  evaluation: Evaluation,
  items: readonly CelValue[],
  { keeps, make }: { readonly keeps: Ask | undefined; readonly make: Ask | undefined },
): readonly CelValue[] | typeof FAILED {
  const selected: CelValue[] = [];
  for (const item of items) {
    const isKept = keeps === undefined || keeps(evaluation, item);
    if (typeof isKept !== "boolean") return FAILED;
    const value = isKept && make !== undefined ? make(evaluation, item) : item;
    if (value === FAILED) return FAILED;
    if (isKept) selected.push(value);
  }
  return selected;
}
