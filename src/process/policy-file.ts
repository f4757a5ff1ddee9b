import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CountersignError } from "../core/countersign-error.ts";
import { publishFileDocument, readPolicyDocument } from "../gateway/policy-documents.ts";
import type { Log } from "../gateway/ports.ts";
import type { Store } from "../store/store.ts";

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
  if (policyFile !== undefined) readPolicyDocument(await readDocument(resolve(policyFile)));
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
  if (policy !== undefined) await publishFileDocument(store, policy);
  if (policyFile === undefined) return async () => {};
  const path = resolve(policyFile);
  const first = await readDocument(path);
  await publishFileDocument(store, first);
  return follow({ store, path, log, seen: first });
}

/** A file that is followed. `seen` is what it held when it was last looked at, `undefined` when it couldn't be read. */
interface Followed {
  readonly store: Store;
  readonly path: string;
  readonly log: Log;
  seen: string | undefined;
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

/** Looks once; each state of the file is told once. A store that is away makes the next look try again. */
async function look(followed: Followed): Promise<void> {
  const { store, path, log } = followed;
  let text: string | undefined;
  try {
    text = await readDocument(path);
    if (text === followed.seen) return;
    const { version, isNew } = await publishFileDocument(store, text);
    if (isNew) log("info", "The policy file changed and is in force", { version });
  } catch (error) {
    if (text === undefined && followed.seen === undefined) return;
    log("error", "The policy file can't be used, the last good policy stays in force", { file: path, error });
    if (store.isUnavailable(error)) return;
  }
  followed.seen = text;
}

async function readDocument(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new CountersignError("invalid_request", `The policy file ${path} can't be read`, { cause: error });
  }
}
