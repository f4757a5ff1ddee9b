import { z } from "zod";
import { InvocationView } from "./invocation.ts";

/** An error answer, `application/problem+json` (RFC 9457) with our code; extension members depend on the code. */
export const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.number().optional(),
  instance: z.string().optional(),
  invocation: InvocationView.optional(),
});
export type Problem = z.infer<typeof Problem>;

/** One page of a list. */
export interface Page<Item> {
  /** Newest first. */
  readonly items: readonly Item[];
  /** Hand it back as `cursor` for the next page; absent on the last. */
  readonly nextCursor?: string;
}
