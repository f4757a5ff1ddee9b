import type { Action } from "../src/action/action.ts";
import type { Log, PolicySource, Redact } from "../src/gateway/ports.ts";
import type { Store } from "../src/store/store.ts";

/** Everything outside that the activities need. */
export interface ActivityPorts {
  readonly store: Store;
  /** The actions of this worker, by name. */
  readonly actions: ReadonlyMap<string, Action>;
  readonly policies: PolicySource;
  readonly redact: Redact;
  /** Key of the votes' MAC, shared with the doors. */
  readonly signingKey: string;
  /** Names this worker in the ledger. */
  readonly identity: string;
  readonly log: Log;
}
