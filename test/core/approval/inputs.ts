import fc from "fast-check";

/** Keys as inputs have them, and some that pointers must escape or that only prototypes know. */
export const anyKey = fc.constantFrom("a", "b", "amountCents", "a/b", "~", "", "0", "-", "constructor");

/** Any JSON value of a few members. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, tie("leaf"), tie("list"), tie("object")),
  leaf: fc.oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.constantFrom("", "x", "long text"),
    fc.boolean(),
    fc.constant(null),
  ),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.dictionary(anyKey, tie("value"), { maxKeys: 4 }),
})).value;

/** Any input: an object, as every action takes one. */
export const anyInput = fc.dictionary(anyKey, anyJson, { maxKeys: 4 });

/** The pointers of all that stands in a value, itself excluded. */
export function pointersIn(value: unknown, parent = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const pointer = `${parent}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    return [pointer, ...pointersIn(member, pointer)];
  });
}

/** Whether a pointer leads to the place of another one or below it. */
export function isWithin(pointer: string, place: string): boolean {
  return `${pointer}/`.startsWith(`${place}/`);
}
