import type * as AsyncHooks from "node:async_hooks";
import { CountersignError } from "../core/countersign-error.ts";

/** A run as its work sees it. */
export interface CurrentRun {
  /** Names the run to the server; calls made by the work belong to it by themselves. */
  readonly id: string;
  /** Whom it serves. */
  readonly user?: string;
  /** Aborts when whoever started the run wants its work to stop. */
  readonly signal?: AbortSignal;
}

/** Where asynchronous work finds the run that it is a part of. Each client has its own. */
export interface RunContext {
  /** The run that surrounds the caller, the innermost one. */
  current(): CurrentRun | undefined;
  /** Finds out whether work can be followed here. @throws invalid_request where it can't */
  assertFollowable(): void;
  /**
   * Does work inside a run: everything that it begins, timers and promises included, finds the run, also after the work's end.
   * Nothing that was begun elsewhere does.
   */
  enter<Result>(run: CurrentRun, work: () => Result): Result;
}

/** The part of a process that gives Node's own modules, where there is one: browsers have none, and Node before 20.16 doesn't give them. */
export interface ModuleHost {
  getBuiltinModule?: (id: "node:async_hooks") => typeof AsyncHooks;
}

/** A context without a run. Nothing is followed, nor costs anything, before the first run. */
export function createRunContext(host: ModuleHost | undefined = findHost()): RunContext {
  let storage: AsyncHooks.AsyncLocalStorage<CurrentRun> | undefined;
  const open = (): AsyncHooks.AsyncLocalStorage<CurrentRun> => (storage ??= createStorage(host));
  return {
    current: () => storage?.getStore(),
    assertFollowable: () => void open(),
    enter: (run, work) => open().run(run, work),
  };
}

/** Asked of the process at run time: an import would keep the client from loading where there is no such module. */
function createStorage(host: ModuleHost | undefined): AsyncHooks.AsyncLocalStorage<CurrentRun> {
  const hooks = host?.getBuiltinModule?.("node:async_hooks");
  if (hooks !== undefined) return new hooks.AsyncLocalStorage();
  const message =
    "withRun needs Node.js 20.16 or later, which follows asynchronous work; elsewhere pass run with each call";
  throw new CountersignError("invalid_request", message);
}

function findHost(): ModuleHost | undefined {
  return typeof process === "undefined" ? undefined : process;
}
