import type { Page } from "../contract/problem.ts";
import type { Terminal } from "./terminal.ts";

/** Says how to get the next page of a list, if there is one. */
export function noteNextPage(terminal: Terminal, page: Page<unknown>): void {
  if (page.nextCursor !== undefined) terminal.note(`There is more: --cursor ${page.nextCursor}`);
}
