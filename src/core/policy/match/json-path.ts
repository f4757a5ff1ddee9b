import type { InputValue } from "../facets/input.ts";
import { anyOf, type Truth } from "../truth.ts";
import { type MatchContext, quantify } from "./condition.ts";

/** One step of a path into an input. */
type Step =
  | { readonly kind: "name"; readonly name: string; readonly indexInList?: number }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "members" };

/** A path into an input, as steps from the input itself. */
export type JsonPath = readonly Step[];

/** A value of an input; null counts as not being there. */
export type PresentValue = Exclude<InputValue, null>;

/** Steps of a path at most. Our choice: as deep as inputs are looked at. */
const MAX_STEPS = 64;

/**
 * Reads a path: names joined by dots with `[n]` for a list's member and `[*]` for all of them, or a JSON pointer (RFC 6901)
 * when it begins with a slash.
 */
export function parseJsonPath(text: string): { readonly path: JsonPath } | { readonly fault: string } {
  const path = text.startsWith("/") ? parsePointer(text) : parseDotted(text);
  if (path === undefined) {
    return { fault: 'A path is names joined by dots, as in "items[*].price", or a JSON pointer, as in "/items/0"' };
  }
  return path.length > MAX_STEPS ? { fault: `A path has at most ${MAX_STEPS} steps` } : { path };
}

/** What is asked at the end of a path. */
export interface PathQuestion {
  /** Of several values that the path leads to. */
  readonly quantifier: MatchContext["quantifier"];
  /** Whether something was left out of the input, so that what isn't there may be there. */
  readonly isCut: boolean;
  /** The answer for a value. */
  readonly test: (value: PresentValue) => Truth;
  /** The answer where the path leads nowhere, or to null. */
  readonly missing: Truth;
  /** Whether a list is a value like others; otherwise a rule that asks about one value is asked about each member. */
  readonly takesLists: boolean;
}

/**
 * Asks about everything that a path leads to. Where a list stands in the place of a single value, nobody can tell which
 * member the action will take: one that fits makes the answer unknown. A single value counts as a list of itself.
 */
export function askPath(path: JsonPath, input: InputValue, question: PathQuestion): Truth {
  return askFrom({ path, question }, 0, input);
}

interface Walk {
  readonly path: JsonPath;
  readonly question: PathQuestion;
}

function askFrom(walk: Walk, at: number, value: InputValue | undefined): Truth {
  const { path, question } = walk;
  if (value === null || value === undefined) return question.isCut ? "unknown" : question.missing;
  const step = path[at];
  if (step === undefined) {
    return isList(value) && !question.takesLists ? askMisplaced(walk, at, value) : question.test(value);
  }
  switch (step.kind) {
    case "members": {
      const answer = quantify(question.quantifier, isList(value) ? value : [value], (member) =>
        askFrom(walk, at + 1, member),
      );
      return doubtWhatIsCut(question, answer);
    }
    case "index":
      if (isList(value)) return askFrom(walk, at + 1, value[step.index]);
      return step.index === 0 ? doubt(askFrom(walk, at + 1, value)) : askFrom(walk, at + 1, undefined);
    case "name":
      if (!isList(value)) return askFrom(walk, at + 1, memberOf(value, step.name));
      if (step.indexInList === undefined) return askMisplaced(walk, at, value);
      return askFrom(walk, at + 1, value[step.indexInList]);
  }
}

/** A list where a single value is expected. */
function askMisplaced(walk: Walk, at: number, list: readonly InputValue[]): Truth {
  if (list.length === 0) return askFrom(walk, at, undefined);
  return doubt(anyOf(list, (member) => askFrom(walk, at, member)));
}

function doubt(answer: Truth): Truth {
  return answer === "yes" ? "unknown" : answer;
}

/** Members that were left out could have fitted, or not. */
function doubtWhatIsCut({ quantifier, isCut }: PathQuestion, answer: Truth): Truth {
  const isSettled = answer === (quantifier === "any" ? "yes" : "no");
  return isCut && !isSettled ? "unknown" : answer;
}

function memberOf(value: PresentValue, name: string): InputValue | undefined {
  return typeof value === "object" && !isList(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isList(value: InputValue): value is readonly InputValue[] {
  return Array.isArray(value);
}

/** Names and indices, as in `a.b[0][*].c`. */
function parseDotted(text: string): Step[] | undefined {
  if (text.startsWith(".")) return undefined;
  const steps: Step[] = [];
  const part = /(?:^|\.)([^.[\]]+)|\[(\d{1,9}|\*)\]/y;
  while (part.lastIndex < text.length) {
    const [, name, index] = part.exec(text) ?? [];
    if (name !== undefined) steps.push({ kind: "name", name });
    else if (index === undefined) return undefined;
    else steps.push(index === "*" ? { kind: "members" } : { kind: "index", index: Number(index) });
  }
  return steps.length === 0 ? undefined : steps;
}

/** A JSON pointer's tokens; one that is a number also stands for a list's member. */
function parsePointer(text: string): Step[] | undefined {
  if (/~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split("/")
    .map((token) => {
      const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
      return { kind: "name", name, ...(/^(?:0|[1-9]\d{0,8})$/.test(name) ? { indexInList: Number(name) } : {}) };
    });
}
