/** How long one part may take to answer before it counts as missing. Our choice: probes of orchestrators wait some seconds. */
const ANSWER_MS = 3_000;

/** What a part answered, or that it didn't. */
export type Answer<T> = { readonly kind: "answered"; readonly value: T } | { readonly kind: "failed" | "late" };

/** Waits a moment for a part's answer; never rejects. */
export async function answerOf<T>(question: Promise<T>, waitMs: number = ANSWER_MS): Promise<Answer<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer<T>>((resolve) => {
    timer = setTimeout(() => resolve({ kind: "late" }), waitMs);
  });
  const answered = question.then(
    (value): Answer<T> => ({ kind: "answered", value }),
    (): Answer<T> => ({ kind: "failed" }),
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
