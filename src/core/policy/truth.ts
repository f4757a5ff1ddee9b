/**
 * Whether something holds of a call: it does, it doesn't, or nobody can tell before the call runs.
 * A rule that restricts treats `unknown` as a reason to ask a person; one that permits treats it as `no`.
 */
export type Truth = "yes" | "no" | "unknown";

/** `yes` or `no`. */
export function truthOf(value: boolean): Truth {
  return value ? "yes" : "no";
}

/** Whether it does not hold; what nobody can tell stays so. */
export function negate(truth: Truth): Truth {
  if (truth === "unknown") return truth;
  return truth === "yes" ? "no" : "yes";
}

/** Whether one of the parts holds: `yes` beats `unknown` beats `no`. None holds of nothing. */
export function anyOf<Item>(items: Iterable<Item>, test: (item: Item) => Truth): Truth {
  let answer: Truth = "no";
  for (const item of items) {
    const truth = test(item);
    if (truth === "yes") return "yes";
    if (truth === "unknown") answer = "unknown";
  }
  return answer;
}

/** Whether all of the parts hold: `no` beats `unknown` beats `yes`. All hold of nothing. */
export function allOf<Item>(items: Iterable<Item>, test: (item: Item) => Truth): Truth {
  let answer: Truth = "yes";
  for (const item of items) {
    const truth = test(item);
    if (truth === "no") return "no";
    if (truth === "unknown") answer = "unknown";
  }
  return answer;
}
