/** A place in the tree of all texts: what leads to it is the beginning of at least one of them. */
interface State {
  /** By character code. */
  readonly next: Map<number, State>;
  /** The state for the longest proper end of what leads here that is such a beginning too; the root has none. */
  fallback: State | undefined;
  /** The number of the text that ends here. */
  number: number | undefined;
  /** The last search that came by. */
  seenBy: number;
}

/** Characters of all texts of one index. Our choice: an index of that size takes some 5 MB. */
const MAX_INDEXED_CHARS = 20_000;

/** Texts that are looked for all at once, in time that doesn't depend on how many there are (Aho and Corasick, 1975). */
export class TextIndex {
  readonly #root = createState();
  readonly #numbers = new Map<string, number>();
  #charCount = 0;
  #isLinked = false;
  #searchCount = 0;

  /** The number of a text in lower case, the same for the same text; undefined once there are too many to look for. */
  add(text: string): number | undefined {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#charCount += text.length;
    if (this.#charCount > MAX_INDEXED_CHARS) return undefined;
    let state = this.#root;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      const next = state.next.get(code) ?? createState();
      state.next.set(code, next);
      state = next;
    }
    state.number = this.#numbers.size;
    this.#numbers.set(text, state.number);
    this.#isLinked = false;
    return state.number;
  }

  /** The numbers of the texts that stand in this one, in any letter case. */
  findIn(searched: string): ReadonlySet<number> {
    const text = foldCase(searched);
    if (!this.#isLinked) this.#link();
    this.#searchCount += 1;
    const found = new Set<number>();
    let state = this.#root;
    for (let index = 0; index < text.length; index += 1) {
      state = this.#step(state, text.charCodeAt(index));
      // What is behind a state that was seen was seen too.
      for (let end: State | undefined = state; end && end.seenBy !== this.#searchCount; end = end.fallback) {
        end.seenBy = this.#searchCount;
        if (end.number !== undefined) found.add(end.number);
      }
    }
    return found;
  }

  #step(from: State | undefined, code: number): State {
    for (let state = from; state !== undefined; state = state.fallback) {
      const next = state.next.get(code);
      if (next !== undefined) return next;
    }
    return this.#root;
  }

  /** Finds the fallbacks, of shorter beginnings before longer ones. */
  #link(): void {
    const states = [this.#root];
    // The list grows while it is gone through.
    for (const state of states) {
      for (const [code, next] of state.next) {
        next.fallback = this.#step(state.fallback, code);
        states.push(next);
      }
    }
    this.#isLinked = true;
  }
}

/** Every letter of ASCII in the form in which it is looked for; regexes that ignore case also take the long s for one, and the Kelvin sign. */
function foldCase(text: string): string {
  return text.toLowerCase().replaceAll("\u017f", "s");
}

function createState(): State {
  return { next: new Map(), fallback: undefined, number: undefined, seenBy: 0 };
}
