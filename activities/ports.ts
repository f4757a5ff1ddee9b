import type { Action } from "../src/action/action.ts";
import type { Credentials } from "../src/action/credentials.ts";
import type { Directory, Log, Metrics, PolicySource, Redact, Tracing } from "../src/gateway/ports.ts";
import type { Tariff } from "../src/core/guards/tariff.ts";
import type { SigningKey } from "../src/core/signing-key.ts";
import type { Store } from "../src/store/store.ts";

/** Everything outside that the activities need. */
export interface ActivityPorts {
  readonly store: Store;
  /** The actions of this worker, by name. */
  readonly actions: ReadonlyMap<string, Action>;
  readonly policies: PolicySource;
  readonly directory: Directory;
  readonly redact: Redact;
  /** Key or ring of keys of the MACs of votes and grants, shared with the doors. */
  readonly signingKey: SigningKey;
  /** Names this worker in the ledger. */
  readonly identity: string;
  /** The worker's version as Temporal knows it; absent for one without versions. */
  readonly buildId?: string | undefined;
  readonly log: Log;
  /** Prices of models and tools; without it only reported amounts count. */
  readonly tariff?: Tariff | undefined;
  /** Where actions' credentials come from; without it an action that asks for one is rejected. */
  readonly credentials?: Credentials | undefined;
  /** Counts what operators watch. */
  readonly metrics?: Metrics | undefined;
  /** Makes traces of calls; without it there are none. */
  readonly tracing?: Tracing | undefined;
}
