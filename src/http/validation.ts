import type { z } from "zod";
import { CountersignError } from "../core/countersign-error.ts";

/** What doesn't fit, and where (JSON pointer, RFC 6901). Holds no value and no name that the caller wrote. */
export interface Fault {
  /** JSON pointer to the place; empty for the whole. */
  readonly pointer: string;
  /** What would fit there. */
  readonly message: string;
}

/**
 * Checks a body against its schema.
 * @throws invalid_request with every fault
 */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => describeIssue(issue, schema));
  throw new CountersignError("invalid_request", "The body doesn't fit the request's schema", { details: { errors } });
}

/**
 * Checks a query string against its schema. A parameter given twice, a NUL character and an unknown parameter are faults.
 * @throws invalid_query with every fault
 */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, search: URLSearchParams): z.output<Schema> {
  const names = new Set(search.keys());
  if (names.size !== search.size) throw invalidQuery([{ pointer: "", message: "A parameter is given more than once" }]);
  if ([...search.values()].some((value) => value.includes("\u0000"))) {
    throw invalidQuery([{ pointer: "", message: "A parameter holds a NUL character" }]);
  }
  const result = schema.safeParse(Object.fromEntries(search));
  if (result.success) return result.data;
  throw invalidQuery(result.error.issues.map((issue) => describeIssue(issue, schema)));
}

function invalidQuery(errors: readonly Fault[]): CountersignError {
  return new CountersignError("invalid_query", "The query doesn't fit its schema", { details: { errors } });
}

/** Our own words where the schema library's would quote the caller. */
function describeIssue(issue: z.core.$ZodIssue, schema: z.ZodType): Fault {
  const pointer = issue.path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  switch (issue.code) {
    case "unrecognized_keys":
      return { pointer, message: `Has an unknown member${pointer === "" ? knownMembers(schema) : ""}` };
    case "invalid_type":
      return {
        pointer,
        message: issue.expected === "nonoptional" ? "Is required" : `Must be of type ${issue.expected}`,
      };
    case "invalid_value":
      return { pointer, message: `Must be one of ${issue.values.map(String).join(", ")}` };
    case "too_big":
      return { pointer, message: `${measureOf(issue.origin)} must be at most ${issue.maximum}` };
    case "too_small":
      return { pointer, message: `${measureOf(issue.origin)} must be at least ${issue.minimum}` };
    case "invalid_format":
      return { pointer, message: describeFormat(issue) };
    case "invalid_union":
      return { pointer, message: "Has none of the forms allowed here" };
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
    case "custom":
      return { pointer, message: "Is not valid" };
  }
}

function describeFormat(issue: z.core.$ZodIssueInvalidStringFormat): string {
  if (issue.format === "datetime") return "Must be a time as in 2030-01-31T12:00:00Z";
  // A pattern of ours comes with its own words; the library's begin with "Invalid".
  return issue.message.startsWith("Invalid") ? "Is not of the form required" : `Must be ${issue.message}`;
}

function measureOf(origin: string): string {
  switch (origin) {
    case "string":
      return "The number of characters";
    case "array":
      return "The number of elements";
    default:
      return "It";
  }
}

function knownMembers(schema: z.ZodType): string {
  if (!("shape" in schema) || typeof schema.shape !== "object" || schema.shape === null) return "";
  return `; known are ${Object.keys(schema.shape).join(", ")}`;
}
