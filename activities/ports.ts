import type { Action } from "../src/action/action.ts";
import type { Directory, Log, Metrics, PolicySource, Redact } from "../src/gateway/ports.ts";
import type { Tariff } from "../src/core/guards/tariff.ts";
import type { Store } from "../src/store/store.ts";

/** Everything outside that the activities need. */
export interface ActivityPorts {
  readonly store: Store;
  /** The actions of this worker, by name. */
  readonly actions: ReadonlyMap<string, Action>;
  readonly policies: PolicySource;
  readonly directory: Directory;
  readonly redact: Redact;
  /** Key of the votes' MAC, shared with the doors. */
  readonly signingKey: string;
  /** Names this worker in the ledger. */
  readonly identity: string;
  readonly log: Log;
  /** Prices of models and tools; without it only reported amounts count. */
  readonly tariff?: Tariff | undefined;
  /** Counts what operators watch. */
  readonly metrics?: Metrics | undefined;
}
