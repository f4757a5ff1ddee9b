import type { SanitizedPlaces } from "../../contract/policy.ts";
import type { SanitizeTerms } from "./document/sanitize-terms.ts";
import { isPointerInside, parsePointer } from "./document/pointers.ts";
import { maskValue } from "./mask-value.ts";

/** An input as its terms want it, and the places that were changed; or why that can't be had, without any value. */
export type SanitizedInput =
  { readonly input: unknown; readonly changed: SanitizedPlaces } | { readonly fault: string };

/** Stands where a list's member was removed until all is done: pointers speak of the input as it was sent. */
const REMOVED = Symbol("removed");

/** A container that was copied and a key in it. */
interface Place {
  readonly parent: object;
  readonly key: string;
}

/**
 * Changes an input by a verdict's terms: what is to be removed and masked, where it is there, then what is to be set.
 * Nothing of what is given is changed; parts that no pointer leads into are shared with the answer. Never throws.
 */
export function sanitizeInput(input: unknown, terms: SanitizeTerms): SanitizedInput {
  try {
    return applyTerms(input, terms);
  } catch {
    // A getter or proxy of the caller threw, or terms that no document gave are not what they should be.
    return { fault: "The input can't be changed as the policy wants" };
  }
}

function applyTerms(input: unknown, { remove = [], mask = [], set = {} }: SanitizeTerms): SanitizedInput {
  const misplaced = [...remove, ...mask, ...Object.keys(set)].find((pointer) => !isPointerInside(pointer));
  if (misplaced !== undefined) return { fault: "The policy names a place of the input that is no JSON pointer" };
  const copy = new InputCopy(input);
  const removed = remove.filter((pointer) => copy.change(pointer, ({ parent, key }) => removeMember(parent, key)));
  const masked = mask.filter((pointer) =>
    copy.change(pointer, ({ parent, key }) => writeMember(parent, key, maskValue(Reflect.get(parent, key)))),
  );
  for (const [pointer, value] of Object.entries(set)) {
    if (!copy.set(pointer, structuredClone(value)))
      return { fault: `The input has no place for ${pointer}, which the policy sets` };
  }
  return { input: copy.finish(), changed: { set: Object.keys(set), removed, masked } };
}

/** A copy of an input, made only along the ways that lead to what changes. */
class InputCopy {
  /** Containers that were copied already: a second way through one must find the same copy. */
  readonly #copies = new Set<object>();
  readonly #shortened = new Set<unknown[]>();
  #root: unknown;

  constructor(input: unknown) {
    this.#root = input;
  }

  /** Changes what a pointer leads to; false when nothing is there. */
  change(pointer: string, change: (place: Place) => void): boolean {
    const place = this.#open(pointer);
    if (place === undefined || !hasMember(place.parent, place.key)) return false;
    change(place);
    if (Array.isArray(place.parent)) this.#shortened.add(place.parent);
    return true;
  }

  /** Sets a member, also one that is missing; false when there is nothing that could hold it. */
  set(pointer: string, value: unknown): boolean {
    const place = this.#open(pointer);
    if (place === undefined) return false;
    const { parent, key } = place;
    if (!Array.isArray(parent)) return writeMember(parent, key, value);
    if (key === "-" || key === String(parent.length)) return parent.push(value) > 0;
    return isIndexOf(parent, key) && parent[Number(key)] !== REMOVED && writeMember(parent, key, value);
  }

  /** The copy, lists closed up where members were removed. */
  finish(): unknown {
    for (const list of this.#shortened) {
      let kept = 0;
      for (const member of list) {
        if (member !== REMOVED) list[kept++] = member;
      }
      list.length = kept;
    }
    return this.#root;
  }

  /** Copies every container on the way; undefined when the way ends before the last step. */
  #open(pointer: string): Place | undefined {
    const steps = [...(parsePointer(pointer) ?? [])];
    const key = steps.pop();
    if (key === undefined || !isContainer(this.#root)) return undefined;
    let parent = this.#copy(this.#root);
    this.#root = parent;
    for (const step of steps) {
      const next: unknown = hasMember(parent, step) ? Reflect.get(parent, step) : undefined;
      if (!isContainer(next)) return undefined;
      const copied = this.#copy(next);
      writeMember(parent, step, copied);
      parent = copied;
    }
    return { parent, key };
  }

  #copy(container: object): object {
    if (this.#copies.has(container)) return container;
    const copy: object = Array.isArray(container) ? Array.from<unknown>(container) : copyObject(container);
    this.#copies.add(copy);
    return copy;
  }
}

function copyObject(value: object): object {
  const copy = Object.create(Object.getPrototypeOf(value) as object | null) as object;
  for (const key of Object.keys(value)) writeMember(copy, key, Reflect.get(value, key));
  return copy;
}

function removeMember(parent: object, key: string): void {
  if (Array.isArray(parent)) parent[Number(key)] = REMOVED;
  else Reflect.deleteProperty(parent, key);
}

/** Any key is an ordinary one, `__proto__` too. */
function writeMember(parent: object, key: string, value: unknown): boolean {
  return Reflect.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
}

function hasMember(parent: object, key: string): boolean {
  if (Array.isArray(parent)) return isIndexOf(parent, key) && parent[Number(key)] !== REMOVED;
  return Object.hasOwn(parent, key);
}

function isIndexOf(list: readonly unknown[], key: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(key) && Number(key) < list.length;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
