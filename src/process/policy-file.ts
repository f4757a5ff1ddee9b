import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { DEFAULT_TENANT } from "../contract/principal.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { bundlePolicy, type DocumentLoader } from "../core/policy/index.ts";
import { createDirectory } from "../gateway/directory.ts";
import { publishFileDocument, readPolicyDocument } from "../gateway/policy-documents.ts";
import type { Log } from "../gateway/ports.ts";
import { warnOfUnheldNames } from "../gateway/unheld-names.ts";
import type { Store } from "../store/store.ts";
import { createDocumentLoader } from "./document-loader.ts";

/** How often the file is read. Polled, since notifications are lost on network disks and when editors replace files. */
const FOLLOW_INTERVAL_MS = 500;

/** Where the policy comes from: a text, or a file that is followed. */
export interface PolicyOrigin {
  readonly policy?: string;
  readonly policyFile?: string;
}

/** Checks the policy before anything is started that it could stop. @throws invalid_policy, invalid_request */
export async function checkPolicyOrigin({ policy, policyFile }: PolicyOrigin): Promise<void> {
  if (policy !== undefined) readPolicyDocument(policy);
  if (policyFile !== undefined) await readSources(resolve(policyFile));
}

/**
 * Publishes the policy, and its file again whenever that changes. At the start a faulty document is an error;
 * later it is logged, and the last good one stays in force.
 * @returns what stops following the file
 * @throws invalid_policy, invalid_request
 */
export async function publishPolicy(
  store: Store,
  { policy, policyFile }: PolicyOrigin,
  log: Log,
): Promise<() => Promise<void>> {
  if (policy !== undefined) await publish(store, policy, log);
  if (policyFile === undefined) return async () => {};
  const path = resolve(policyFile);
  const { document, ...seen } = await readSources(path);
  await publish(store, document, log);
  return follow({ store, path, log, seen });
}

/** Publishes a document, and says what in it can't be meant when it is a new one. */
async function publish(
  store: Store,
  document: string,
  log: Log,
): Promise<{ readonly version: string; readonly isNew: boolean }> {
  const { policy, ...published } = await publishFileDocument(store, document);
  const { version, isNew } = published;
  const warnings = isNew ? await warnOfUnheldNames(createDirectory(store), DEFAULT_TENANT, policy) : [];
  for (const warning of warnings) log("warn", warning, { version });
  return published;
}

/** What a policy file held, and those that it extends by name; undefined what couldn't be read. */
interface Seen {
  readonly text: string | undefined;
  readonly extended: ReadonlyMap<string, string | undefined>;
}

/** A file that is followed. `seen` is from when it was last looked at. */
interface Followed {
  readonly store: Store;
  readonly path: string;
  readonly log: Log;
  seen: Seen;
}

function follow(followed: Followed): () => Promise<void> {
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= look(followed).finally(() => (looking = undefined));
  }, FOLLOW_INTERVAL_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

/** Looks once; each state of the files is told once. A store that is away makes the next look try again. */
async function look(followed: Followed): Promise<void> {
  const { store, path, log, seen } = followed;
  const text = await readText(path).catch(() => undefined);
  const load = createDocumentLoader(path);
  if (text === seen.text && [...seen.extended].every(([name, known]) => load(name) === known)) return;
  const extended = new Map<string, string | undefined>();
  try {
    const document = bundle(text ?? (await readText(path)), { path, extended });
    const { version, isNew } = await publish(store, document, log);
    if (isNew) log("info", "The policy file changed and is in force", { version });
  } catch (error) {
    log("error", "The policy file can't be used, the last good policy stays in force", { file: path, error });
    if (store.isUnavailable(error)) return;
  }
  followed.seen = { text, extended };
}

/** The document as it is published, and what it was made of. @throws invalid_policy, invalid_request */
async function readSources(path: string): Promise<Seen & { readonly document: string }> {
  const extended = new Map<string, string | undefined>();
  const text = await readText(path);
  return { document: bundle(text, { path, extended }), text, extended };
}

/** One text of a document and the files that it extends, which are noted. @throws invalid_policy */
function bundle(
  text: string,
  { path, extended }: { readonly path: string; readonly extended: Map<string, string | undefined> },
): string {
  const read = createDocumentLoader(path);
  const load: DocumentLoader = (name) => {
    const found = read(name);
    extended.set(name, found);
    return found;
  };
  readPolicyDocument(text, { load });
  return bundlePolicy(text, { file: path, load });
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new CountersignError("invalid_request", `The policy file ${path} can't be read`, { cause: error });
  }
}
