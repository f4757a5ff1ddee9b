import { listOf, type Node, textOf, typedNodeOf } from "../tree/node.ts";
import { type Folder } from "./folder.ts";
import { invert, type Outcome } from "./outcome.ts";
import { foldValue } from "./values.ts";

/** What IS NULL and IS NOT NULL come to. */
export function foldNullTest(node: Node, folder: Folder): Outcome {
  const outcome = foldIsNull(node["arg"], folder);
  return node["nulltesttype"] === "IS_NULL" ? outcome : invert(outcome);
}

/** Functions may never give NULL, as `concat`, so a test of one may pick no rows. */
function foldIsNull(arg: unknown, folder: Folder): Outcome {
  if (isNeverNull(arg)) return "false";
  const value = foldValue(arg, folder);
  if (value === "null") return "true";
  if (typeof value !== "string") return "false";
  return typedNodeOf(arg).type === "FuncCall" ? "any" : value;
}

/** Whether a value can't be NULL, whatever its columns are. */
function isNeverNull(value: unknown): boolean {
  const { type, node } = typedNodeOf(value);
  switch (type) {
    case "NullTest":
    case "BooleanTest":
      return true;
    case "A_Const":
      return node["isnull"] !== true;
    case "A_Expr":
      return node["kind"] === "AEXPR_DISTINCT" || node["kind"] === "AEXPR_NOT_DISTINCT";
    case "SubLink":
      return node["subLinkType"] === "EXISTS_SUBLINK";
    case "CoalesceExpr":
      return listOf(node["args"]).some(isNeverNull);
    default:
      return false;
  }
}

/** What IS TRUE and its kin come to. */
export function foldBooleanTest(node: Node, folder: Folder): Outcome {
  const test = textOf(node["booltesttype"]);
  const wanted = test.replace(/^IS_(NOT_)?/, "");
  const outcome = foldIs(folder.fold(node["arg"]), wanted);
  const known = wanted === "UNKNOWN" && isNeverNull(node["arg"]) ? "false" : outcome;
  return test.startsWith("IS_NOT") ? invert(known) : known;
}

function foldIs(outcome: Outcome, wanted: string): Outcome {
  switch (outcome) {
    case "true":
      return wanted === "TRUE" ? "true" : "false";
    case "false":
      return wanted === "FALSE" ? "true" : "false";
    case "null":
      return wanted === "UNKNOWN" ? "true" : "false";
    case "row":
    case "any":
      return outcome;
  }
}
