import { Client } from "@temporalio/client";
import { connectLazily, isRefusal, temporalTargetOf } from "../adapters/connect-temporal.ts";
import { createLogger } from "../adapters/logger.ts";
import { waitForSearchAttributes } from "../adapters/search-attributes.ts";
import { createTemporalRuns } from "../adapters/temporal-runs.ts";
import { waitFor } from "../adapters/wait-for.ts";
import { createRedactor } from "../core/redaction/redactor.ts";
import type { SigningKey } from "../core/signing-key.ts";
import { createGateway } from "../gateway/create-gateway.ts";
import { createDirectory } from "../gateway/directory.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Log, LogLevel, Metrics, Tracing } from "../gateway/ports.ts";
import { createPolicySource } from "../gateway/policy-source.ts";
import { type Closers, startOrUndo } from "./closers.ts";
import { observe } from "./observe.ts";
import { openSharedStore, type SharedStoreOptions } from "./open-store.ts";
import { checkPolicyOrigin, publishPolicy } from "./policy-file.ts";
import { startRetention } from "./retention.ts";
import { readAllowances, startRelays } from "./start-relays.ts";
import { loadTariff } from "./tariff-file.ts";

/** Of a process that nobody stops while it waits. */
const NEVER = new AbortController().signal;

/** What an application service apart from its workers is made of. */
export interface GatewayOptions {
  /** The PostgreSQL database that doors and workers share. */
  readonly store: SharedStoreOptions;
  /** `TEMPORAL_…` variables: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, TLS and API key. */
  readonly temporal: Readonly<Record<string, string>>;
  /** Key, or ring of keys, of the MACs of votes and grants, the same as the workers'. */
  readonly signingKey: SigningKey;
  /** The operator's key; without one only stored keys open the door. */
  readonly adminKey?: string | undefined;
  /** File with the policy document of tenant `default`; published anew whenever it changes. */
  readonly policyFile?: string | undefined;
  /** Text of the tariff, YAML or JSON: prices of models and tools. */
  readonly tariff?: string | undefined;
  /** File with the tariff, instead of its text; read when it opens. */
  readonly tariffFile?: string | undefined;
  /** Base URL of the Temporal UI, for links. */
  readonly temporalUiUrl?: string | undefined;
  /** Further patterns of keys whose values are redacted. */
  readonly redactPatterns?: readonly string[];
  /** What webhooks may call besides public addresses over TLS: hosts, `host:port`, addresses and ranges; default nothing. */
  readonly webhookAllow?: readonly string[];
  /** What links for people begin with, without trailing slash; without it messages to webhooks have none. */
  readonly publicUrl?: string | undefined;
  /** Least severe log lines that are written; default `info`. */
  readonly logLevel?: LogLevel | "fatal" | "trace" | "silent";
  /** Milliseconds after its end at which a call's content is erased, once a day; absent: it is kept. */
  readonly retentionMs?: number | undefined;
  /** Gives up waiting for the store. */
  readonly signal?: AbortSignal;
  /** Is shown what is waited for, in a sentence that anybody may read. */
  readonly show?: (sentence: string) => void;
}

/** An application service, its relay included. */
export interface OpenedGateway {
  /** What `createApp` puts HTTP in front of. */
  readonly gateway: Gateway;
  /** The log that it writes to. */
  readonly log: Log;
  /** What counts; with it `createApp` counts requests too. */
  readonly metrics: Metrics;
  /** What makes traces; with it `createApp` makes requests part of them. */
  readonly tracing: Tracing;
  /** Begins the end: whoever waits for long, or longer than `drainMs`, is answered with what is known, and readiness says no. */
  drain(drainMs: number): void;
  /** Ends the relay and closes every connection. */
  close(): Promise<void>;
}

/**
 * Opens the application service of a process without action code: actions are known by the manifests that workers publish.
 * It waits for the store and its schema, and serves reads, votes and calls even while Temporal is away; its relay hands over what was
 * accepted meanwhile.
 * @throws unavailable when the wait for the store is given up, invalid_policy, invalid_request
 */
export function openGateway(options: GatewayOptions): Promise<OpenedGateway> {
  return startOrUndo((closers) => open(options, closers));
}

async function open(options: GatewayOptions, closers: Closers): Promise<OpenedGateway> {
  const { signingKey, adminKey, policyFile } = options;
  const { redact } = createRedactor({ extraKeyPatterns: options.redactPatterns ?? [] });
  const log = createLogger({ level: options.logLevel ?? "info", redact });
  const tariff = await loadTariff(options);
  const origin = policyFile === undefined ? {} : { policyFile };
  await checkPolicyOrigin(origin);
  const waiting = { log, signal: options.signal ?? NEVER, show: options.show };
  const { store, metrics, tracing } = observe(await openSharedStore(options.store, { closers, ...waiting }));
  const publish = (): Promise<() => Promise<void>> => publishPolicy(store, origin, log);
  closers.add(
    await waitFor({ what: "the policy's publication", attempt: publish, isTemporary: store.isUnavailable }, waiting),
  );

  const target = temporalTargetOf(options.temporal);
  const { namespace = "default" } = target;
  const connection = connectLazily(target);
  closers.add(() => connection.close());
  // Not waited for: calls are accepted meanwhile, and readiness tells.
  closers.add(ensureInBackground({ connection, namespace }, log));
  const client = new Client({ connection, namespace });
  const runs = createTemporalRuns({ client, uiUrl: options.temporalUiUrl, startEagerly: false });
  const policies = createPolicySource(store);
  const sources = { directory: createDirectory(store), webhookAllow: readAllowances(options) };
  const parts = { store, runs, policies, ...sources, redact, signingKey, adminKey, log, tariff, metrics, tracing };
  const { gateway, drain, close } = createGateway(parts);
  closers.add(close);
  closers.add(startRelays({ ...parts, publicUrl: options.publicUrl }));
  closers.add(startRetention({ store, retentionMs: options.retentionMs, log }));
  return { gateway, log, metrics, tracing, drain, close: () => closers.closeAll() };
}

/** @returns what ends it */
function ensureInBackground(target: Parameters<typeof waitForSearchAttributes>[0], log: Log): () => void {
  const stop = new AbortController();
  waitForSearchAttributes(target, { log: tellOfRefusal(log), signal: stop.signal }).catch(() => undefined);
  return () => stop.abort(new Error("Stopped"));
}

/** A log that says once, as the error that it is, that Temporal refuses this process: the wait goes on, but only a person can end it. */
function tellOfRefusal(log: Log): Log {
  let isTold = false;
  return (level, message, fields) => {
    const reason = fields?.["reason"];
    if (!isTold && typeof reason === "string" && isRefusal(reason)) {
      isTold = true;
      log("error", "Temporal refuses this process, so that no call is started; check its credentials", { reason });
    }
    log(level, message, fields);
  };
}
