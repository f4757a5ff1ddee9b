import { AsyncLocalStorage } from "node:async_hooks";

/** What is known of the call that a piece of work is about. Filled as the work learns it. */
export interface CallScope {
  /** Id of the call; absent while unknown, and where the work is about several. */
  invocation: string | undefined;
  /** Id of the trace, 32 hexadecimal digits. */
  trace: string | undefined;
}

const scopes = new AsyncLocalStorage<CallScope>();

/** Does work within a scope: whatever is awaited in it finds the scope again. */
export function runInScope<T>(scope: CallScope, work: () => T): T {
  return scopes.run(scope, work);
}

/** The scope of the present work; absent outside of any. */
export function currentScope(): CallScope | undefined {
  return scopes.getStore();
}

/** The ids that a log line of the present work carries. */
export function scopeIds(): { readonly invocation?: string; readonly trace?: string } {
  const { invocation, trace } = scopes.getStore() ?? {};
  return { ...(invocation === undefined ? {} : { invocation }), ...(trace === undefined ? {} : { trace }) };
}
