/** The relations that a comparison allows, as bits: less, equal, greater. */
const RELATIONS: Readonly<Record<string, number>> = { "<": 1, "=": 2, "<=": 3, ">": 4, "<>": 5, ">=": 6, "<=>": 2 };
const LESS = 1;
const EQUAL = 2;
const GREATER = 4;
const EVERY_RELATION = 7;

/** One part of an OR that picks rows, by what it is about and which of its cases it takes. */
export interface Atom {
  /** The same for parts about the same thing. */
  readonly key: string;
  /** The cases that it takes, as bits. */
  readonly cases: number;
  /** All cases that there are. */
  readonly every: number;
  /** For a comparison with a number: what is compared, by its key, and the relations that it may have to the number. */
  readonly bound?: { readonly subject: string; readonly number: number; readonly cases: number };
}

/** The numbers that the comparisons of one value take. */
interface Bounds {
  /** All below this one, and all above the other. */
  below: number;
  above: number;
  /** These. */
  readonly equal: Set<number>;
  /** All but these, one by one. */
  readonly except: Set<number>;
}

/** The relations that an operator, or its opposite, allows, as {@link Atom.cases}; undefined for one that compares nothing. */
export function relationsOf(operator: string, isNegated: boolean): number | undefined {
  const relations = Object.hasOwn(RELATIONS, operator) ? RELATIONS[operator] : undefined;
  return relations === undefined || !isNegated ? relations : EVERY_RELATION - relations;
}

/** Whether a difference is among the relations. */
export function allowsDifference(relations: number, difference: number): boolean {
  const relation = difference === 0 ? EQUAL : difference < 0 ? LESS : GREATER;
  return (relations & relation) !== 0;
}

/** The relations as seen from the other side. */
export function swapSides(relations: number): number {
  return ((relations & LESS) << 2) | (relations & EQUAL) | ((relations & GREATER) >> 2);
}

/** Whether an OR of these parts holds of every row but those with NULL there. */
export function coversEverything(atoms: readonly Atom[]): boolean {
  const taken = new Map<string, number>();
  const bounds = new Map<string, Bounds>();
  for (const { key, cases, every, bound } of atoms) {
    const all = (taken.get(key) ?? 0) | cases;
    if (all === every) return true;
    taken.set(key, all);
    if (bound !== undefined) addBound(bounds, bound);
  }
  return [...bounds.values()].some(coversNumbers);
}

function addBound(all: Map<string, Bounds>, { subject, number, cases }: NonNullable<Atom["bound"]>): void {
  const bounds = all.get(subject) ?? { below: -Infinity, above: Infinity, equal: new Set(), except: new Set() };
  all.set(subject, bounds);
  if ((cases & EQUAL) !== 0) bounds.equal.add(number);
  if (cases === LESS + GREATER) bounds.except.add(number);
  else if ((cases & LESS) !== 0) bounds.below = Math.max(bounds.below, number);
  else if ((cases & GREATER) !== 0) bounds.above = Math.min(bounds.above, number);
}

function coversNumbers({ below, above, equal, except }: Bounds): boolean {
  const [left, second] = except;
  if (second !== undefined) return true;
  if (left !== undefined) return equal.has(left) || left < below || left > above;
  return above < below || (above === below && equal.has(above));
}
