import { readFile } from "node:fs/promises";
import { unwatchFile, watchFile } from "node:fs";
import { resolve } from "node:path";
import { CountersignError } from "../core/countersign-error.ts";
import type { Log } from "../gateway/ports.ts";
import { publishFileDocument, readPolicyDocument } from "../gateway/policy-documents.ts";
import type { Store } from "../store/store.ts";

/** How often the file is looked at. Polled, since a notification is lost on network disks and when editors replace files. */
const WATCH_INTERVAL_MS = 500;

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
  await publishFileDocument(store, await readDocument(path));
  let current = Promise.resolve();
  const follow = (): void => {
    current = current.then(() => republish(store, path, log));
  };
  watchFile(path, { interval: WATCH_INTERVAL_MS, persistent: false }, follow);
  return () => {
    unwatchFile(path, follow);
    return current;
  };
}

async function republish(store: Store, path: string, log: Log): Promise<void> {
  try {
    const { version, isNew } = await publishFileDocument(store, await readDocument(path));
    if (isNew) log("info", "The policy file changed and is in force", { version });
  } catch (error) {
    log("error", "The policy file can't be used, the last good policy stays in force", { file: path, error });
  }
}

async function readDocument(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new CountersignError("invalid_request", `The policy file ${path} can't be read`, { cause: error });
  }
}
