import { isObject, readBody, readMember, readPath } from "./read-member.ts";

/** Members that hold the code of a failure, the most telling first. A `name` tells of a failure only in an error, not in a body. */
const CODE_KEYS = [
  "code",
  "sqlState",
  "codeName",
  "errorCode",
  "error_code",
  "Code",
  "__type",
  "type",
  "reason",
  "status",
] as const;

/** Where clients keep the body of the answer. */
const BODY_PATHS = ["error", "body", "data", "extensions", "response", "response.data", "response.body"] as const;

/** Where in a body the failure is told: in itself, in its `error`, or in the first of its `errors`. */
const BODY_PARTS = ["error", "errors.0", "errors.0.extensions", "error.errors.0"] as const;

/** The codes and names that an error shows of itself, and then those in the answer's body that it carries. */
export function readCodes(error: object): readonly string[] {
  const bodies = BODY_PATHS.map((path) => readBody(readPath(error, path)));
  const parts = bodies.flatMap((body) => [body, ...BODY_PARTS.map((path) => readPath(body, path))]);
  return [...codesOf(error), ...namesOf(error), ...parts.flatMap(codesOf)];
}

function codesOf(part: unknown): readonly string[] {
  if (typeof part === "string") return [part];
  if (!isObject(part)) return [];
  return CODE_KEYS.map((key) => readMember(part, key)).filter((code) => typeof code === "string");
}

/** The error's name and, since some clients give their errors classes and leave all of them the name `Error`, then that of its class. */
function namesOf(error: object): readonly string[] {
  const name = readMember(error, "name");
  return [name === "Error" ? readPath(error, "constructor.name") : name].filter((each) => typeof each === "string");
}
