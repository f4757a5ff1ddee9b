import { MAX_INPUT_DEPTH } from "../contract/limits.ts";

/** Why a JSON value is not taken. */
export type JsonFaultKind = "nul" | "lone_surrogate" | "too_deep" | "forbidden_key" | "not_finite" | "not_json";

/** The first fault found in a JSON value. Of the value itself it repeats only keys, those of the pointer. */
export interface JsonFault {
  /** What is wrong. */
  readonly kind: JsonFaultKind;
  /** RFC 6901 pointer to the faulty value; where a key itself is at fault, to the object that holds it. */
  readonly pointer: string;
  /** The same for people: how a sentence goes on that begins with the place, without the value. */
  readonly message: string;
}

/** What {@link findJsonFault} lets pass. */
export interface JsonGuardOptions {
  /** Containers inside containers; default {@link MAX_INPUT_DEPTH}. At most a few hundred, since the check recurses that deep. */
  readonly maxDepth?: number;
  /** Takes NUL characters and lone surrogates as ordinary text; default false. */
  readonly allowAnyText?: boolean;
}

const MESSAGES: Readonly<Record<JsonFaultKind, string>> = {
  nul: "holds a NUL character",
  lone_surrogate: "holds a lone surrogate, so it is not well-formed Unicode",
  too_deep: "is nested too deep",
  forbidden_key: "has a member named __proto__, which is not allowed",
  not_finite: "is not a finite number",
  not_json: "is not a JSON value",
};

const LONE_SURROGATE = /\p{Surrogate}/u;
const encoder = new TextEncoder();

/** Bytes of a text in UTF-8; a lone surrogate counts as the three bytes of U+FFFD. */
export function jsonBytes(text: string): number {
  return encoder.encode(text).length;
}

/**
 * Looks for the first thing in a value from `JSON.parse` that no input may hold, in document order.
 * Stops at the first level that is too deep, so hostile nesting costs nothing and cycles end.
 */
export function findJsonFault(value: unknown, options: JsonGuardOptions = {}): JsonFault | undefined {
  const { maxDepth = MAX_INPUT_DEPTH, allowAnyText = false } = options;
  const path: string[] = [];
  const kind = findFault(value, { maxDepth, allowAnyText, path });
  return kind === undefined ? undefined : { kind, pointer: path.map(toPointerToken).join(""), message: MESSAGES[kind] };
}

/** `path` leads to the value under check and, once a fault is found, stays at its place. */
interface Walk {
  readonly maxDepth: number;
  readonly allowAnyText: boolean;
  readonly path: string[];
}

function findFault(value: unknown, walk: Walk): JsonFaultKind | undefined {
  switch (typeof value) {
    case "string":
      return walk.allowAnyText ? undefined : findTextFault(value);
    case "number":
      return Number.isFinite(value) ? undefined : "not_finite";
    case "boolean":
      return undefined;
    case "object":
      return value === null ? undefined : findMemberFault(value, walk);
    default:
      return "not_json";
  }
}

function findMemberFault(container: object, walk: Walk): JsonFaultKind | undefined {
  if (walk.path.length >= walk.maxDepth) return "too_deep";
  const isArray = Array.isArray(container);
  for (const [key, member] of Object.entries(container)) {
    const keyFault = isArray ? undefined : findKeyFault(key, walk);
    if (keyFault !== undefined) return keyFault;
    walk.path.push(key);
    const fault = findFault(member, walk);
    if (fault !== undefined) return fault;
    walk.path.pop();
  }
  return undefined;
}

/** `__proto__` is the one key that changes what a naive copy of the object is; others such as `constructor` are mere names. */
function findKeyFault(key: string, walk: Walk): JsonFaultKind | undefined {
  if (key === "__proto__") return "forbidden_key";
  return walk.allowAnyText ? undefined : findTextFault(key);
}

function findTextFault(text: string): JsonFaultKind | undefined {
  if (text.includes("\0")) return "nul";
  return LONE_SURROGATE.test(text) ? "lone_surrogate" : undefined;
}

function toPointerToken(key: string): string {
  return `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
