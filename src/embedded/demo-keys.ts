import { join } from "node:path";
import type { CreateKeyRequest } from "../contract/principal.ts";
import type { Caller, Gateway } from "../gateway/gateway.ts";
import { readIfThere, writePrivate } from "./secrets.ts";

/** Two keys to try things with: one that asks, one that approves. */
export interface DemoKeys {
  /** May invoke, and has the scope of the billing example. */
  readonly agent: string;
  /** May approve what the billing example asks for. */
  readonly approver: string;
}

const AGENT: CreateKeyRequest = {
  subject: "demo-agent",
  kind: "agent",
  scopes: ["finance"],
  permissions: ["invoke", "read"],
};
const APPROVER: CreateKeyRequest = {
  subject: "demo-approver",
  kind: "user",
  groups: ["finance"],
  permissions: ["approve", "read"],
};

/** The demo keys kept in the data folder, or new ones when there are none that still hold. */
export async function keepDemoKeys(gateway: Gateway, admin: Caller, dataDir: string): Promise<DemoKeys> {
  const file = join(dataDir, "demo-keys.json");
  const kept = await readIfThere(file);
  if (kept !== undefined) {
    const keys = JSON.parse(kept) as DemoKeys;
    if ((await isValid(gateway, keys.agent)) && (await isValid(gateway, keys.approver))) return keys;
  }
  const agent = await gateway.createKey(admin, AGENT);
  const approver = await gateway.createKey(admin, APPROVER);
  const keys: DemoKeys = { agent: agent.key, approver: approver.key };
  await writePrivate(file, `${JSON.stringify(keys)}\n`);
  return keys;
}

function isValid(gateway: Gateway, key: string): Promise<boolean> {
  return gateway.authenticate(key).then(
    () => true,
    () => false,
  );
}
