import type { Param } from "./db.ts";

/** The parameters of one statement that is put together of parts. In every part `$1` is the tenant. */
export interface Binding {
  /** In the order of their places. */
  readonly params: readonly Param[];
  /** Adds a parameter and gives its place, such as `$2`. */
  bind(value: Param): string;
}

/** The parameters of a new statement: the tenant, and what its parts will bind. */
export function createBinding(tenant: string): Binding {
  const params: Param[] = [tenant];
  return { params, bind: (value) => `$${params.push(value)}` };
}
